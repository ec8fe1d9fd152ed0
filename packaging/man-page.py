#!/usr/bin/env python3
"""Writes the manual page of the command line from what the command line says of itself, so that both always agree.

    man-page.py PROGRAM VERSION HEAD > xenkube.1

HEAD is the page's beginning, written by hand (packaging/xenkube.1.in): its line @COMMANDS@ is replaced by every command with
its arguments and options, as --help prints them."""
import re
import subprocess
import sys


def escape(text):
    text = text.replace('\\', '\\e').replace('-', '\\-')
    return '\\&' + text if text.startswith(('.', "'")) else text


def sections(words):
    """The parts of a command's help: {'Description': [lines], ...}."""
    said = subprocess.run(words + ['--help'], capture_output=True, text=True, check=True).stdout
    parts, part = {}, None
    for line in said.split('\n'):
        if re.fullmatch(r'[A-Z][a-z]+:', line):
            part = parts.setdefault(line[:-1], [])
        elif part is not None and line.strip():
            part.append(line)
    return parts


def entries(lines):
    """Two columns: [('-x, --xx <N>', 'text'), ...]; a line that begins further in goes on with the text."""
    found = []
    for line in lines:
        columns = re.split(r' {2,}', line.strip(), maxsplit=1)
        if line.startswith('   ') and found:
            found[-1][1] += ' ' + line.strip()
        else:
            found.append([columns[0], columns[1] if len(columns) > 1 else ''])
    return found


def commands(program, path):
    """Every command below a path that does something itself, with its help."""
    parts = sections([program, *path])
    below = [name.split()[0] for name, _ in entries(parts.get('Commands', []))]
    if path and not below:
        yield path, parts
    for name in below:
        # The stand-ins have the flags of the tools whose place they take, and say so themselves.
        if name in ('ct', 'butane'):
            yield [name], {}
        else:
            yield from commands(program, [*path, name])


def page(program):
    for path, parts in commands(program, []):
        usage = ''.join(parts.get('Usage', [f'  xenkube {" ".join(path)} [flags]'])).strip()
        yield f'.SS {escape(usage)}'
        if not parts:
            yield escape(f'The flags of {path[0]}: see') + f' \\fBxenkube {path[0]} \\-help\\fR.'
        for line in parts.get('Description', []):
            yield escape(line.strip())
        for name, text in entries(parts.get('Arguments', [])) + entries(parts.get('Options', [])):
            if name.endswith('--help'):
                continue
            yield '.TP'
            yield f'\\fB{escape(name)}\\fR'
            yield escape(text) or '\\&'


program, version, head = sys.argv[1:]
with open(head, encoding='utf-8') as file:
    for line in file.read().split('\n'):
        print('\n'.join(page(program)) if line == '@COMMANDS@' else line.replace('@VERSION@', version))
