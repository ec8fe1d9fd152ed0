#!/usr/bin/python3
"""The kernel's record of each process that ends (acct(2)), with its user: a program that runs for a moment is not missed.
accounting.py on | off | users NAME      users: the numbers of the users as whom programs of that name have run"""
import ctypes
import os
import struct
import sys

RECORD = '/tmp/accounting'


def switch(path):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.acct(path) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))


def users(name):
    with open(RECORD, 'rb') as file:
        data = file.read()
    # struct acct_v3: 64 bytes, the user at 8, the name of the program at 48.
    return {struct.unpack_from('<I', data, i + 8)[0] for i in range(0, len(data) - 63, 64) if data[i + 48:i + 64].rstrip(b'\0') == name}


if sys.argv[1] == 'on':
    open(RECORD, 'wb').close()
    switch(RECORD.encode())
elif sys.argv[1] == 'off':
    switch(None)
else:
    print('\n'.join(map(str, sorted(users(sys.argv[2].encode())))))
