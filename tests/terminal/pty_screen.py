# SPDX-License-Identifier: Apache-2.0
"""A program in a pseudo-terminal, and the screen that it makes there, read back as a terminal would show it."""
import errno
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

WAIT_S = 30
SEQUENCE = re.compile(rb"\x1b\[([?>]?)([\d;]*)([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b([()][A-Z0-9])|\x1b([=>78MDEc])")


class Screen:
    """What xterm understands of what our programs send: moving, erasing, scrolling, repeating."""

    def __init__(self, rows, columns):
        self.rest, self.seen = b"", b""
        self.resize(rows, columns)

    def resize(self, rows, columns):
        self.rows, self.columns, self.row, self.column = rows, columns, 0, 0
        self.top, self.bottom, self.last = 0, rows - 1, " "
        self.cells = [[" "] * columns for _ in range(rows)]

    def lines(self):
        return ["".join(line).rstrip() for line in self.cells]

    def text(self):
        return "\n".join(self.lines())

    def scroll(self):
        del self.cells[self.top]
        self.cells.insert(self.bottom, [" "] * self.columns)

    def scroll_down(self):
        del self.cells[self.bottom]
        self.cells.insert(self.top, [" "] * self.columns)

    def line_feed(self):
        if self.row == self.bottom:
            self.scroll()
        elif self.row < self.rows - 1:
            self.row += 1

    def put(self, text):
        if self.column >= self.columns:
            self.column = 0
            self.line_feed()
        self.cells[self.row][self.column] = self.last = text
        self.column += 1

    def erase(self, row, first, end):
        for column in range(max(first, 0), min(end, self.columns)):
            self.cells[row][column] = " "

    def obey(self, mark, numbers, final):
        values = [int(n or 0) for n in numbers.decode().split(";")]
        count = values[0] or 1
        if mark:
            return
        if final == "H" or final == "f":
            self.row, self.column = min(count, self.rows) - 1, min((values[1:] or [1])[0] or 1, self.columns) - 1
        elif final == "A":
            self.row = max(self.row - count, 0)
        elif final == "B":
            self.row = min(self.row + count, self.rows - 1)
        elif final == "C":
            self.column = min(self.column + count, self.columns - 1)
        elif final == "D":
            self.column = max(self.column - count, 0)
        elif final == "G":
            self.column = min(count, self.columns) - 1
        elif final == "d":
            self.row = min(count, self.rows) - 1
        elif final == "J":
            if values[0] == 0:
                self.erase(self.row, self.column, self.columns)
            for row in range(self.rows):
                if values[0] == 2 or (values[0] == 0 and row > self.row) or (values[0] == 1 and row < self.row):
                    self.erase(row, 0, self.columns)
        elif final == "K":
            self.erase(self.row, 0 if values[0] else self.column, self.column + 1 if values[0] == 1 else self.columns)
        elif final in "ST":
            for _ in range(count):
                self.scroll() if final == "S" else self.scroll_down()
        elif final == "X":
            self.erase(self.row, self.column, self.column + count)
        elif final == "b":
            for _ in range(count):
                self.put(self.last)
        elif final == "P":
            line = self.cells[self.row]
            self.cells[self.row] = line[:self.column] + line[self.column + count:] + [" "] * min(count, self.columns - self.column)
        elif final == "@":
            line = self.cells[self.row]
            self.cells[self.row] = (line[:self.column] + [" "] * count + line[self.column:])[:self.columns]
        elif final == "L" or final == "M":
            for _ in range(count):
                if final == "M":
                    del self.cells[self.row]
                    self.cells.insert(self.bottom, [" "] * self.columns)
                else:
                    del self.cells[self.bottom]
                    self.cells.insert(self.row, [" "] * self.columns)
        elif final == "r":
            self.top, self.bottom = count - 1, ((values[1:] or [0])[0] or self.rows) - 1
            self.row = self.column = 0

    def feed(self, data):
        self.seen += data
        data = self.rest + data
        at = 0
        while at < len(data):
            byte = data[at]
            if byte == 0x1b:
                found = SEQUENCE.match(data, at)
                if not found:
                    if len(data) - at > 64:
                        raise AssertionError(f"what is {data[at:at + 20]!r}?")
                    break
                if found[3]:
                    self.obey(found[1], found[2], found[3].decode())
                elif found[5] == b"M":
                    self.scroll_down() if self.row == self.top else self.obey(b"", b"1", "A")
                at = found.end()
                continue
            if byte == 13:
                self.column = 0
            elif byte == 10:
                self.line_feed()
            elif byte == 8:
                self.column = max(self.column - 1, 0)
            elif byte == 9:
                self.column = min((self.column // 8 + 1) * 8, self.columns - 1)
            elif byte >= 32:
                self.put(chr(byte))
            at += 1
        self.rest = data[at:]


class Terminal:
    """with Terminal([program, ...]) as t: t.see("text"); t.type("q"); t.end()"""

    def __init__(self, command, rows=24, columns=120, environment=None):
        self.screen = Screen(rows, columns)
        self.code = None
        self.master, slave = pty.openpty()
        self.slave = slave   # kept, to look at its settings afterwards
        self.set_size(rows, columns)
        self.before = termios.tcgetattr(slave)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 256)
            os.execve(command[0], [str(word) for word in command], {**os.environ, "TERM": "xterm", **(environment or {})})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.code is None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self.master)
        os.close(self.slave)

    def set_size(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.screen.resize(rows, columns)
        self.set_size(rows, columns)   # the kernel tells the program (SIGWINCH)

    def read(self, seconds):
        """What came within so long, or nothing."""
        if select.select([self.master], [], [], seconds)[0]:
            try:
                self.screen.feed(os.read(self.master, 65536))
            except OSError as error:
                if error.errno != errno.EIO:
                    raise

    def until(self, what, condition):
        end = time.monotonic() + WAIT_S
        while True:
            value = condition(self.screen)
            if value:
                return value
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {what}; the screen:\n{self.screen.text()}")
            self.read(0.05)

    def see(self, pattern):
        """The match of a regular expression on the screen, once it is there."""
        return self.until(pattern, lambda screen: re.search(pattern, screen.text(), re.M))

    def see_no(self, pattern):
        self.until(f"no {pattern}", lambda screen: not re.search(pattern, screen.text(), re.M))

    def type(self, text):
        os.write(self.master, text.encode())

    def kill(self, number):
        os.kill(self.pid, number)

    def end(self):
        """The exit code, once the program has ended."""
        end = time.monotonic() + WAIT_S
        while self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid != 0:
                self.code = os.waitstatus_to_exitcode(status)
            elif time.monotonic() > end:
                raise AssertionError(f"it does not end; the screen:\n{self.screen.text()}")
            self.read(0.02)
        while select.select([self.master], [], [], 0)[0]:
            self.read(0)
        return self.code

    def is_as_before(self):
        """The terminal's settings are those of before the program."""
        return termios.tcgetattr(self.slave) == self.before
