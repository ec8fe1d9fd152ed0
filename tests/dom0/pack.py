#!/usr/bin/env python3
"""Compresses a disk in pieces, as `bzip2` or `xz` would and without the time that they take for gigabytes of zeros:
   pack.py bz2|xz DISK OUT [digest]
The result is a file of several streams, which `bzip2 -dc` and `xz -dc` take as well. With "digest" the SHA-256 of the disk is printed."""
import bz2, errno, hashlib, lzma, os, sys

PIECE = 16 << 20
kind, disk, out = sys.argv[1:4]
pack = (lambda data: bz2.compress(data, 1)) if kind == "bz2" else (lambda data: lzma.compress(data, preset=0))
zeros = bytes(PIECE)
hole = pack(zeros)
digest = hashlib.sha256() if sys.argv[4:] else None


def data_from(source, offset):
    """Where the next data is; the end of the file where none is."""
    try:
        return os.lseek(source.fileno(), offset, os.SEEK_DATA)
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        return os.fstat(source.fileno()).st_size


with open(disk, "rb", buffering=0) as source, open(out, "wb") as target:
    size, data_at = os.fstat(source.fileno()).st_size, 0
    for start in range(0, size, PIECE):
        length = min(PIECE, size - start)
        if data_at <= start:
            data_at = max(start, data_from(source, start))
        if data_at >= start + length:
            data = zeros[:length]
        else:
            os.lseek(source.fileno(), start, os.SEEK_SET)
            data = b""
            while len(data) < length:
                data += source.read(length - len(data))
        if digest:
            digest.update(data)
        target.write(hole if data is zeros or data == zeros else pack(data))
if digest:
    print(digest.hexdigest())
