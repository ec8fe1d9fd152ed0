#!/usr/bin/env python3
"""Hostile disks for the boot loader: damaged partition tables, file systems, scripts, entries and kernels, booted one after another.

    boot.py [--program FILE] [--count N] [--seconds N] [--seed N] [--keep DIRECTORY]

Makes disks of Flatcar's and Fedora CoreOS's layouts by sgdisk, mkfs and the compressors, with small kernels of every format. Each round changes
a few places of one disk: flipped bits, other bytes, numbers at their limits, pieces that are moved, tokens of GRUB's language; the
checksums of the partition table, of btrfs and of gzip are made right again in every second round, so that the damage gets past them. The
native boot loader then boots the disk, with its reader under all limits. Each round must end with exit code 0 or 1 within --limit
seconds, in sentences of the program, with nothing left in the directory, and with no byte of the disk changed but the two tables. A
reader that crashes, or asks for a system call outside its list, is a fault; its disk is kept as the places that were changed. Prints the
counts; ends with 1 if there was a fault.
"""
import argparse, os, random, shutil, struct, subprocess, sys, tempfile, time, zlib

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
USR = '5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6'
HASH = b'0123456789abcdef' * 4
SECTOR, MIB = 512, 1 << 20
os.environ['PATH'] += ':/usr/sbin:/sbin'

SCRIPT = b'''set default="flatcar"
set linux_console=""
search --no-floppy --set oem --part-label OEM --hint hd0,gpt6
if [ -n "$oem" -a "$secure_boot" = "0" ]; then
    set oem_id=""
    source "($oem)/grub.cfg"
fi
if [ -f "($root)/flatcar/first_boot" ]; then
    set first_boot="flatcar.first_boot=detected"
fi
if [ -z "$linux_console" ]; then
    if [ "$grub_platform" = pc ]; then
        set linux_console="console=ttyS0"
    elif [ "$grub_platform" = xen ]; then
        set linux_console="console=hvc0"
    fi
fi
function gptprio {
    gptprio.next -d usr_device -u usr_uuid
    if [ "$usr_uuid" = "7130c94a-213a-4e5a-8e26-6cce9662f132" ]; then set s=a; else set s=b; fi
}
menuentry "Flatcar default" --id=flatcar --unrestricted {
    gptprio
    linux /flatcar/vmlinuz-$s verity.usr=PARTUUID=$usr_uuid root=LABEL=ROOT $linux_console $first_boot $linux_append
    initrd /flatcar/initrd
}
'''
TOKENS = [b'if', b'fi', b'then', b'else', b'elif', b'{', b'}', b'[', b']', b'"', b"'", b'\\', b'$', b'${', b'$x', b';', b'\n', b'#', b'set', b'source', b'function',
          b'gptprio', b'menuentry', b'linux', b'initrd', b'(hd0,gpt6)', b'/', b'..', b'-a', b'-o', b'!', b'=', b'while', b'\0', b'\xff', b'search --set a --label OEM\n']


def run(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options).stdout


def elf(size):
    notes = b''.join(struct.pack('<III', 4, len(text), kind) + b'Xen\0' + text for kind, text in
                     ((6, b'linux\0\0\0'), (5, b'xen-3.0\0'), (8, b'generic\0'), (18, b'\0\0\0\1')))
    head = b'\x7fELF\2\1\1'.ljust(16, b'\0') + struct.pack('<HHIQQQIHHHHHH', 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 0, 0, 0)
    segment = struct.pack('<IIQQQQQQ', 4, 0, 512, 0, 0, len(notes), len(notes), 4)
    body = bytes(random.choices(b'\xe8\0\0\0kernel text of the tests, more or less', k=size // 2)) + random.randbytes(size // 4)
    return (head + segment).ljust(512, b'\0') + notes + body


PACKERS = {'gzip': ['gzip', '-9cn'], 'xz': ['xz', '-c', '--check=crc32', '--x86', '--lzma2=dict=1MiB'], 'lzma': ['xz', '-c', '--format=lzma'], 'zstd': ['zstd', '-19cq'],
           'lz4': ['lz4', '-l', '-9cq'], 'bzip2': ['bzip2', '-9c'], 'none': ['cat']}


def kernel(kind, size=24000):
    plain = elf(size)
    packed = run(*PACKERS[kind], input=plain) + (b'' if kind == 'gzip' else struct.pack('<I', len(plain)))
    setup = bytearray(5 * SECTOR)
    setup[64:128] = HASH
    setup[0x1F1] = 4
    struct.pack_into('<HH4sH', setup, 0x1FE, 0xAA55, 0, b'HdrS', 0x20F)
    struct.pack_into('<H', setup, 0x20E, 0x300)
    struct.pack_into('<I', setup, 0x238, 2047)
    struct.pack_into('<II', setup, 0x248, 0x100, len(packed))
    setup[0x500:0x510] = b'6.12.0-test (a)\0'
    return bytes(setup) + bytes(0x100) + packed


def tree(directory, name, files):
    root = os.path.join(directory, name)
    for path, content in files.items():
        os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
        with open(os.path.join(root, path), 'wb') as file:
            file.write(content)
    return root


class Disk:
    """A disk and the places that are worth changing: name, offset, length."""

    def __init__(self, directory, name, partitions, contents):
        self.path = os.path.join(directory, name + '.img')
        self.places = []
        start, options = 2048, []
        for number, label, kind, sectors, more, make in partitions:
            options += ['-n', f'{number}:{start}:{start + sectors - 1}', '-c', f'{number}:{label}', '-t', f'{number}:{kind}', *more]
            if make:
                part = os.path.join(directory, 'part')
                with open(part, 'wb') as file:
                    file.truncate(sectors * SECTOR)
                make(part)
                self.places.append((label, start * SECTOR, part))
            start += sectors
        self.size = (start + 2048) * SECTOR
        with open(self.path, 'wb') as file:
            file.truncate(self.size)
        run('sgdisk', '-a', '1', *options, self.path)
        places, self.places = self.places, []
        with open(self.path, 'r+b') as file:
            for label, offset, part in places:
                file.seek(offset)
                with open(part + label, 'rb') as source:
                    shutil.copyfileobj(source, file)
        self.original = open(self.path, 'rb').read()
        for what, content in contents.items():
            at = self.original.find(content)
            if at >= 0:
                self.places.append((what, at, len(content)))
        # the used sectors of each file system, and the table
        for label, offset, part in places:
            end = offset + os.path.getsize(part + label)
            used = [at for at in range(offset, end, SECTOR) if any(self.original[at:at + SECTOR])]
            self.places.append((f'{label} (file system)', used, SECTOR))
        self.places.append(('partition table', 0, 34 * SECTOR))
        self.file = os.open(self.path, os.O_RDWR)


def make_disks(directory):
    def fat(files):
        def make(part):
            run('mkfs.vfat', '-F', '16', '-s', '1', '-n', 'EFI-SYSTEM', part)
            root = tree(directory, 'fat', files)
            subprocess.run(['mcopy', '-i', part, '-s', *(os.path.join(root, each) for each in os.listdir(root)), '::'], check=True)
            shutil.rmtree(root)
            os.rename(part, part + 'EFI-SYSTEM')
        return make

    def other(label, files, *command):
        def make(part):
            root = tree(directory, 'other', files or {'empty': b''})
            link = os.path.join(root, 'loader')
            if label == 'boot':
                os.symlink('loader.1', link)
            run(*[each.replace('ROOT', root) for each in command], part)
            shutil.rmtree(root)
            os.rename(part, part + label)
        return make

    btrfs = ('mkfs.btrfs', '-q', '--mixed', '-m', 'single', '-d', 'single', '-L', 'OEM', '--rootdir', 'ROOT')
    oem = b'set oem_id="lab"\nset linux_append="$linux_append from.oem=1"\n'
    archive = run('python3', '-c', 'import tarfile,io,sys; t=tarfile.open(fileobj=sys.stdout.buffer,mode="w|"); i=tarfile.TarInfo("grub.cfg"); d=sys.stdin.buffer.read(); i.size=len(d); '
                  't.addfile(i,io.BytesIO(d)); t.close()', input=SCRIPT)
    disks = []
    for a, b in (('gzip', 'xz'), ('zstd', 'lzma'), ('lz4', 'bzip2'), ('none', 'zstd')):
        one, two = kernel(a), kernel(b)
        disks.append(Disk(directory, f'flatcar-{a}-{b}', [
            (1, 'EFI-SYSTEM', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', 16384, [], fat({
                'flatcar/vmlinuz-a': one, 'flatcar/vmlinuz-b': two, 'flatcar/initrd': b'initrd' * 50, 'flatcar/first_boot': b'1', 'flatcar/grub/grub.cfg.tar': archive})),
            (3, 'USR-A', USR, 64, ['-u', '3:7130c94a-213a-4e5a-8e26-6cce9662f132', '-A', '3:set:48', '-A', '3:set:56'], None),
            (4, 'USR-B', USR, 64, ['-u', '4:e03dd35c-7c2d-4a47-b3fe-27f15780a57c', '-A', '4:set:49', '-A', '4:set:52'], None),
            (6, 'OEM', '0FC63DAF-8483-4772-8E79-3D69D8477DE4', 65536, [], other('OEM', {'grub.cfg': oem}, *btrfs)),
            (9, 'ROOT', '3884DD41-8582-4404-B9A8-E9B84F2DF50E', 4096, [], other('ROOT', None, 'mke2fs', '-q', '-t', 'ext4', '-d', 'ROOT')),
        ], {'grub.cfg.tar': archive, 'GRUB script': SCRIPT, 'OEM grub.cfg': oem, f'kernel {a}': one, f'kernel {b}': two, f'header of kernel {b}': two[:5 * SECTOR]}))
    entry = (b'title Fedora CoreOS (ostree:0)\nversion 1\noptions $ignition_firstboot mitigations=auto,nosmt ostree=/ostree/boot.1/x/0 ignition.platform.id=metal\n'
             b'linux /ostree/abc/vmlinuz\ninitrd /ostree/abc/initramfs.img\n')
    stamp, env = b"set ignition_network_kcmdline='ip=dhcp rd.neednet=1'\n", b'# GRUB Environment Block\nsaved_entry=ostree-1\n'.ljust(1024, b'#')
    fedora = kernel('zstd')
    disks.append(Disk(directory, 'fedora', [
        (2, 'EFI-SYSTEM', 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B', 16384, [], fat({'EFI/fedora/shim.efi': b'1'})),
        (3, 'boot', '0FC63DAF-8483-4772-8E79-3D69D8477DE4', 24576, [], other('boot', {
            'ostree/abc/vmlinuz': fedora, 'ostree/abc/initramfs.img': b'initrd' * 50, 'loader.1/entries/ostree-1.conf': entry, 'loader.1/entries/ostree-2+3.conf': entry.replace(b'version 1', b'version 2'),
            'ignition.firstboot': stamp, 'grub2/grubenv': env}, 'mke2fs', '-q', '-t', 'ext4', '-L', 'boot', '-d', 'ROOT')),
    ], {'boot entry': entry, 'stamp': stamp, 'grubenv': env, 'kernel zstd': fedora, 'header of kernel zstd': fedora[:5 * SECTOR]}))
    return disks


def crc32c_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ (0x82F63B78 if n & 1 else 0)
        table.append(n)
    return table


CRC32C = crc32c_table()


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = CRC32C[(value ^ byte) & 0xFF] ^ (value >> 8)
    return value ^ 0xFFFFFFFF


def change(rng, data, text):
    """Other content of the same length."""
    data = bytearray(data)
    kind = rng.randrange(9)
    at = rng.randrange(len(data))
    if kind <= 2:
        data[at] ^= 1 << rng.randrange(8)
    elif kind == 3:
        data[at] = rng.randrange(256)
    elif kind == 4:
        value = rng.choice([0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, rng.getrandbits(32)])
        number = struct.pack('<I', value)[:rng.choice([1, 2, 4])]
        data[at:at + len(number)] = number
    elif kind == 5:
        number = struct.pack('<Q', rng.choice([0, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, rng.getrandbits(64)]))
        data[at:at + 8] = number
    elif kind == 6:
        length = rng.randrange(1, 64)
        source = rng.randrange(len(data))
        data[at:at + length] = data[source:source + length]
    elif kind == 7:
        data[at:at + rng.randrange(1, 200)] = bytes(0)
    else:
        token = rng.choice(TOKENS) if text else rng.randbytes(rng.randrange(1, 16))
        data[at:at + (0 if rng.randrange(2) else len(token))] = token
    return bytes(data)


def fit(data, length):
    return data[:length].ljust(length, b'\n')


def mutate(rng, disk):
    """What is written where: (offset, bytes), and the names of the places."""
    writes, names = [], []
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        name, offset, length = rng.choice(disk.places)
        names.append(name)
        if isinstance(offset, list):
            offset = rng.choice(offset)
        old = disk.original[offset:offset + length]
        new = old
        for _ in range(rng.choice([1, 1, 2, 4])):
            new = fit(change(rng, new, name in ('GRUB script', 'OEM grub.cfg', 'boot entry', 'stamp')), length)
        if name == 'partition table' and rng.randrange(2):
            new = bytearray(new)
            struct.pack_into('<I', new, 512 + 88, zlib.crc32(new[1024:]) & 0xFFFFFFFF)
            struct.pack_into('<I', new, 512 + 16, 0)
            struct.pack_into('<I', new, 512 + 16, zlib.crc32(new[512:604]))
            new = bytes(new)
        writes.append((offset, new))
        if name in ('OEM (file system)', 'OEM grub.cfg') and rng.randrange(2):
            writes.append(node_of(disk, writes[-1]))
    return writes, names


def node_of(disk, write):
    """The btrfs block of a write with its checksum made right: nodes of 4 KiB with mixed groups, the superblock likewise."""
    offset, new = write
    oem = next(places[1][0] for places in disk.places if places[0] == 'OEM (file system)')
    start = oem + (offset - oem) // 4096 * 4096
    block = bytearray(disk.original[start:start + 4096])
    block[offset - start:offset - start + len(new)] = new[:4096 - (offset - start)]
    block[0:4] = struct.pack('<I', crc32c(block[32:]))
    return start, bytes(block)


def boot(program, disk, work, limit, *arguments):
    answer, files = os.path.join(work, 'out'), os.path.join(work, 'd')
    os.makedirs(files)
    open(answer, 'w').close()
    with open(os.path.join(work, 'said'), 'w+b') as said:
        start = time.monotonic()
        process = os.posix_spawn(program, [program, f'--output={answer}', f'--output-directory={files}', *arguments, disk.path], {'TERM': 'vt100'}, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, '/dev/null', os.O_RDONLY, 0), (os.POSIX_SPAWN_DUP2, said.fileno(), 1), (os.POSIX_SPAWN_DUP2, said.fileno(), 2)])
        _, status, usage = os.wait4(process, 0)
        seconds = time.monotonic() - start
        said.seek(0)
        text = said.read().decode(errors='replace')
    code = os.waitstatus_to_exitcode(status)
    fault = None
    if code not in (0, 1):
        fault = f'exit {code}'
    elif 'the part that reads the disk' in text:
        fault = 'the reader was ended'
    elif '\x1b' in text or not text or not all(line.startswith('xenkube-boot: ') for line in text.splitlines()):
        fault = 'not a sentence'
    elif seconds > limit:
        fault = f'{seconds:.1f} s'
    elif code == 1 and (os.listdir(files) or os.path.getsize(answer)):
        fault = 'something is left'
    shutil.rmtree(files)
    return code, text, seconds, usage.ru_maxrss, fault


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--program', default=PROJECT + '/artifacts/boot/xenkube-boot')
    parser.add_argument('--count', type=int, default=100_000)
    parser.add_argument('--seconds', type=float, default=float('inf'))
    parser.add_argument('--limit', type=float, default=20)
    parser.add_argument('--seed', type=int, default=1)
    parser.add_argument('--keep')
    options = parser.parse_args()
    rng = random.Random(options.seed)
    random.seed(options.seed)
    work = tempfile.mkdtemp(prefix='xenkube-boot-attack-', dir='/dev/shm' if os.path.isdir('/dev/shm') else None)
    counts, faults, slowest, largest, begun = {}, 0, 0, 0, time.monotonic()
    try:
        disks = make_disks(work)
        for disk in disks:
            code, text, *_ , fault = boot(options.program, disk, work, options.limit)
            if code != 0 or fault:
                sys.exit(f'{disk.path} does not boot before it is changed: {text}{fault or ""}')
            os.pwrite(disk.file, disk.original, 0)
        done = 0
        while done < options.count and time.monotonic() - begun < options.seconds:
            done += 1
            disk = rng.choice(disks)
            writes, names = mutate(rng, disk)
            for offset, new in writes:
                os.pwrite(disk.file, new, offset)
            before = [(offset, len(new), os.pread(disk.file, len(new), offset)) for offset, new in writes]
            # The kernel of either slot, as either type of guest, or what the disk says.
            slot = rng.choice([[], [], ['--slot=a'], ['--slot=b']]) if 'fedora' not in disk.path else []
            code, text, seconds, memory, fault = boot(options.program, disk, work, options.limit, *slot, *rng.choice([[], ['--guest-type=pv'], ['--guest-type=pvh']]))
            tables = ((0, 34 * SECTOR), (disk.size - 34 * SECTOR, 34 * SECTOR))
            if not fault and any(os.pread(disk.file, length, offset) != old for offset, length, old in before if SECTOR * 34 <= offset < disk.size - 34 * SECTOR):
                fault = 'the disk was changed'
            for name in names:
                count = counts.setdefault(name, [0, 0])
                count[code == 1] += 1
            slowest, largest = max(slowest, seconds), max(largest, memory)
            if fault:
                faults += 1
                print(f'FAULT in round {done}: {fault}; {os.path.basename(disk.path)}, {names}: {text.strip()[:400]}', flush=True)
                if options.keep:
                    os.makedirs(options.keep, exist_ok=True)
                    shutil.copy(disk.path, os.path.join(options.keep, f'{options.seed}-{done}.img'))
            for offset, new in writes:
                os.pwrite(disk.file, disk.original[offset:offset + len(new)], offset)
            for offset, length in tables:
                os.pwrite(disk.file, disk.original[offset:offset + length], offset)
    finally:
        shutil.rmtree(work)
    print(f'{done} disks of {len(disks)} in {time.monotonic() - begun:.0f} s, seed {options.seed}: {faults} faults; the slowest took {slowest:.2f} s, the largest '
          f'process {largest / 1024:.0f} MiB')
    print(f'{"place":28} {"booted":>8} {"refused":>8}')
    for name, (booted, refused) in sorted(counts.items()):
        print(f'{name:28} {booted:8} {refused:8}')
    return 1 if faults else 0


sys.exit(main())
