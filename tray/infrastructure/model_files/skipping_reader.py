"""A reader of GGUF files that passes over vocabularies; runs in the reading child."""

import struct
from typing import Any

import numpy as np
from gguf import GGUFEndian, GGUFReader, GGUFValueType

LONGEST_KEPT = 4096
"""Entries of an array that are read one by one: as many as a model may have layers."""

_Parts = tuple[int, list[np.ndarray[Any, Any]], list[int], list[GGUFValueType]]


class SkippingReader(GGUFReader):
    """Longer arrays than ``LONGEST_KEPT`` are checked, and have no entries.

    ``GGUFReader`` makes objects for every entry: of 262,000 tokens and 515,000 merges
    half a minute's work and 1.4 GiB. Raises what it does, ValueError among it.
    """

    def _get_field_parts(self, orig_offs: int, raw_type: int) -> _Parts:
        if raw_type == GGUFValueType.ARRAY:
            head = [self._get(orig_offs, np.uint32), self._get(orig_offs + 4, np.uint64)]
            kind, count = int(head[0][0]), int(head[1][0])
            if count > LONGEST_KEPT and kind != GGUFValueType.ARRAY:
                entries = GGUFValueType(kind)
                size = 12 + self._size_of(entries, count, orig_offs + 12)
                return size, head, [], [GGUFValueType.ARRAY, entries]
        return super()._get_field_parts(orig_offs, raw_type)

    def _size_of(self, kind: GGUFValueType, count: int, start: int) -> int:
        """Bytes of so many entries from ``start`` on. Raises ValueError if the file ends before."""
        if kind is GGUFValueType.STRING:
            size = self._size_of_texts(count, start)
        else:
            size = count * np.dtype(self.gguf_scalar_to_np[kind]).itemsize
        if size > self.data.nbytes - start:
            raise ValueError("an array goes on after the end of the file")
        return size

    def _size_of_texts(self, count: int, start: int) -> int:
        length_at = struct.Struct("<Q" if self.endianess is GGUFEndian.LITTLE else ">Q").unpack_from
        data, end = self.data.data, self.data.nbytes - 8
        place = start
        for _ in range(count):
            if place > end:
                raise ValueError("a text of an array lies after the end of the file")
            place += 8 + length_at(data, place)[0]
        return place - start
