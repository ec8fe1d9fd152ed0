#!/usr/bin/env python3
"""hybrid-mbr.py IMAGE FIRST COUNT: the hybrid MBR that Container Linux' cgpt writes when a partition has the legacy-boot flag.

Entry 1 is that partition (0x0c, active), entry 2 is 0xee over LBA 1 up to it. There is no protective entry over the rest of the disk."""
import struct, sys
first, count = int(sys.argv[2]), int(sys.argv[3])
def chs(lba, h=255, s=63):
    c, r = divmod(lba, h*s); hd, sec = divmod(r, s)
    if c > 1023: c, hd, sec = 1023, 254, 62
    return bytes([hd, ((c >> 2) & 0xc0) | (sec+1), c & 0xff])
def entry(status, kind, a, b): return bytes([status]) + chs(a) + bytes([kind]) + chs(b) + struct.pack("<II", a, b-a+1)
with open(sys.argv[1], "r+b") as f:
    f.seek(446); f.write(entry(0x80, 0x0c, first, first+count-1) + entry(0, 0xee, 1, first-1) + bytes(32) + b"\x55\xaa")
