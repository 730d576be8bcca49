"""The settings file a new user opens: every key, explained and commented out."""

from textwrap import wrap

from tray.infrastructure.settings.keys import section_about, setting_keys

_HEAD = """\
# Settings of Paddock. Remove the "# " before a line to change its value;
# what is left out keeps its default. Wrong values are named by `paddock doctor`
# and never stop Paddock.
"""


def template() -> str:
    """TOML text whose every key is a comment, so that all defaults hold."""
    parts = [_HEAD]
    section = ""
    for key in setting_keys():
        if key.section != section:
            section = key.section
            parts.append(f"\n[{section}]\n# {section_about(section)}\n")
        about = "\n".join(f"#   {line}" for line in wrap(key.about, 90))
        parts.append(f"\n{about}\n#   Allowed: {key.allowed}\n# {key.key} = {key.example}\n")
    return "".join(parts)
