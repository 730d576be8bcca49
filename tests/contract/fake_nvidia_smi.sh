#!/bin/sh
# A stand-in for nvidia-smi --loop: does ten times a second what the file "mode"
# beside it says: print the file "output", exit with a code after it, or say nothing.
folder=$(dirname "$0")
echo $$ >> "$folder/pids"
echo "$*" > "$folder/arguments"
while :; do
    read -r mode code < "$folder/mode"
    if [ "$mode" != silent ]; then
        while IFS= read -r line || [ -n "$line" ]; do
            printf '%s\n' "$line"
        done < "$folder/output"
    fi
    if [ "$mode" = exit ]; then
        exit "$code"
    fi
    sleep 0.1
done
