#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# pyproto.sh: the messages for Python in build/gen/python, made anew only when the schema is newer; whole
# at any moment, since tests that run side by side read them.
set -e
out=build/gen/python
mkdir -p "$out"
for p in tiendo journal; do
	[ "$out/${p}_pb2.py" -nt "proto/$p.proto" ] && continue
	work=$(mktemp -d "$out/new.XXXXXX")
	protoc --python_out="$work" -Iproto "proto/$p.proto"
	mv "$work/${p}_pb2.py" "$out/"
	rmdir "$work"
done
