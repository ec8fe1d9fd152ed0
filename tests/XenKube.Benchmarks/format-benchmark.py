#!/usr/bin/env python3
"""Three node disks from images of xz and zstd, beside the formats' own programs, which decode to nowhere.

    format-benchmark.py [--pairs N] [--directory DIR] [--source DIR] [--megabytes N]

Makes, once, a disk of some hundred MB of this machine's own files and as many zeros, compressed by xz with two threads and by zstd; then
runs all ways in turn, round by round, and prints the medians of wall time, user and system time, and peak memory, and each of XenKube's
ways divided by the program's. A last table has three nodes from a verified cache on a file system that shares blocks, where root can
mount one. Times of user and system together say more on a busy machine.
"""
import argparse, os, shutil, statistics, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAM = os.path.join(os.path.dirname(os.path.dirname(HERE)), 'src/XenKube.Cli/bin/Release/net10.0/xenkube')


def make(directory, source, megabytes):
    disk = f'{directory}/disk'
    if os.path.exists(f'{disk}.zst'):
        return disk
    wanted, written = megabytes << 20, 0
    with open(disk, 'wb') as out:
        for folder, folders, names in os.walk(source):
            folders.sort()
            for name in sorted(names):
                path = os.path.join(folder, name)
                if written < wanted and os.path.isfile(path) and not os.path.islink(path):
                    with open(path, 'rb') as file:
                        data = file.read()
                    out.write(data + bytes(-len(data) % 4096))
                    written += len(data)
        out.truncate(out.tell() * 2)
        # A table of a master boot record, so that this is a disk.
        out.seek(446)
        out.write(bytes([0, 0, 2, 0, 0x83, 0, 0, 0]) + (2048).to_bytes(4, 'little') + ((written // 512) - 4096).to_bytes(4, 'little'))
        out.seek(510)
        out.write(b'\x55\xaa')
    subprocess.run(['xz', '-k', '-3', '-T2', disk], check=True)
    subprocess.run(['zstd', '-q', '-9', disk], check=True)
    return disk


def measure(command):
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f'{command} ended with {process.returncode}')
    return time.monotonic() - start, usage.ru_utime, usage.ru_stime, usage.ru_maxrss / 1024


def row(name, runs, base=None):
    wall, user, system, peak = (statistics.median(column) for column in zip(*runs))
    ratio = ''
    if base:
        ratio = f' {statistics.median(a[0] / b[0] for a, b in zip(runs, base)):.2f} | {statistics.median((a[1] + a[2]) / (b[1] + b[2]) for a, b in zip(runs, base)):.2f} |'
    print(f'| {name} | {wall:.2f} | {user:.2f} | {system:.2f} | {peak:.0f} |{ratio or " | |"}', flush=True)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('--pairs', type=int, default=3)
    arguments.add_argument('--directory', default='/var/tmp/xenkube-formats')
    arguments.add_argument('--source', default='/usr')
    arguments.add_argument('--megabytes', type=int, default=600)
    options = arguments.parse_args()
    os.makedirs(options.directory, exist_ok=True)
    disk = make(options.directory, options.source, options.megabytes)
    targets = [f'{options.directory}/node-{number}.img' for number in (1, 2, 3)]

    def pour(image):
        for target in targets:
            if os.path.exists(target):
                os.remove(target)
        return [PROGRAM, 'image', 'expand', image, *targets, '--force']

    ways = {'xz -dc -T2': ['xz', '-dc', '-T2', f'{disk}.xz'], 'XenKube, xz': f'{disk}.xz', 'zstd -dc': ['zstd', '-qdc', f'{disk}.zst'], 'XenKube, zstd': f'{disk}.zst'}
    results = {name: [] for name in ways}
    for _ in range(options.pairs):
        for name, way in ways.items():
            results[name].append(measure(pour(way) if isinstance(way, str) else way))
            if isinstance(way, str):
                for target in targets:
                    subprocess.run(['cmp', disk, target], check=True)
    print(f'{os.path.getsize(disk):,} bytes, {os.path.getsize(disk + ".xz"):,} by xz, {os.path.getsize(disk + ".zst"):,} by zstd; load {os.getloadavg()[0]:.1f}')
    print('| way | wall s | user s | system s | peak MB | wall / program | CPU / program |\n|---|---:|---:|---:|---:|---:|---:|')
    row('xz -dc -T2 >/dev/null', results['xz -dc -T2'])
    row('XenKube: three nodes from xz', results['XenKube, xz'], results['xz -dc -T2'])
    row('zstd -dc >/dev/null', results['zstd -dc'])
    row('XenKube: three nodes from zstd', results['XenKube, zstd'], results['zstd -dc'])
    for name in ('btrfs', 'xfs'):
        reflinks(options, disk, name)


def reflinks(options, disk, name):
    file = f'{options.directory}/{name}'
    place = tempfile.mkdtemp(dir=options.directory)
    with open(file, 'wb') as out:
        out.truncate(8 << 30)
    subprocess.run([f'mkfs.{name}', '-q', file], check=True, env={**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin'})
    if subprocess.run(['mount', '-o', 'loop', file, place]).returncode:
        return
    try:
        shutil.copy(f'{disk}.zst', place)
        subprocess.run([PROGRAM, 'image', 'expand', f'{place}/disk.zst', f'{place}/first', '--cache'], check=True, stdout=subprocess.DEVNULL)
        runs = []
        for number in range(options.pairs * 2):
            runs.append(measure([PROGRAM, 'image', 'expand', f'{place}/disk.zst', *[f'{place}/{number}-{node}' for node in (1, 2, 3)]]))
        row(f'XenKube: three nodes from the cache, {name}, with the start of the program', runs)
        row('the start of the program alone', [measure([PROGRAM, 'image', 'expand', '--help']) for _ in range(5)])
    finally:
        subprocess.run(['umount', place], check=True)
        os.remove(file)
        os.rmdir(place)


if __name__ == '__main__':
    main()
