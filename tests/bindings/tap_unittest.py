# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs the unittest classes of a file and prints TAP.

    import tap_unittest

    class Something(unittest.TestCase): ...

    if __name__ == '__main__':
        tap_unittest.main()

An exception inside a callback that C calls is only printed by PyGObject; here it fails the test in which it happened,
as does an exception in a thread and one that nobody could catch. A test that has not ended after DEADLINE seconds
prints the stacks of all threads and ends the program.
"""
import faulthandler
import signal
import sys
import threading
import unittest

DEADLINE = 900


class TapResult(unittest.TestResult):
    def __init__(self, stream):
        super().__init__()
        self.stream, self.number = stream, 0
        self.uncaught, self.failed_subtest = [], False

    def say(self, line):
        print(line, file=self.stream, flush=True)

    def point(self, good, test, directive=''):
        self.number += 1
        self.say(f'{"ok" if good else "not ok"} {self.number} - {test.id()}{directive}')

    def explain(self, test, error):
        for line in self._exc_info_to_string(error, test).splitlines():
            self.say('# ' + line)

    def note_uncaught(self, kind, value, traceback):
        self.uncaught.append((kind, value, traceback))

    def startTest(self, test):
        super().startTest(test)
        self.uncaught, self.failed_subtest = [], False
        faulthandler.dump_traceback_later(DEADLINE, exit=True)

    def stopTest(self, test):
        faulthandler.cancel_dump_traceback_later()
        super().stopTest(test)

    def addSuccess(self, test):
        for error in self.uncaught:
            self.explain(test, error)
        if self.uncaught:
            super().addFailure(test, self.uncaught[0])
        self.point(not self.uncaught and not self.failed_subtest, test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.point(True, test, f' # SKIP {reason}')

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.explain(test, err)
        if test.id().startswith(('setUpClass', 'setUpModule', 'tearDownClass', 'tearDownModule')):
            self.say(f'# {test.id()}')      # not a planned test: its tests stay unreported, which counts
        else:
            self.point(False, test)

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.failed_subtest = True
            self.say(f'# {subtest.id()}')
            self.explain(subtest, err)
            # unittest calls neither addSuccess() nor addFailure() when a subtest failed
            if not getattr(test, '_tap_reported', False):
                test._tap_reported = True
                self.point(False, test)

    def addExpectedFailure(self, test, err):
        self.addFailure(test, err)

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.point(False, test)


def hear_signals():
    """A shell that runs us in the background ignores Ctrl-C for us, and nohup does so with SIGHUP; every program that we
    start would inherit it."""
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL),
                            (signal.SIGHUP, signal.SIG_DFL), (signal.SIGQUIT, signal.SIG_DFL)):
        if signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])


def main(module='__main__'):
    hear_signals()
    suite = unittest.defaultTestLoader.loadTestsFromName(module)
    result = TapResult(sys.stdout)
    result.say(f'1..{suite.countTestCases()}')

    sys.excepthook = result.note_uncaught
    threading.excepthook = lambda args: result.note_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    sys.unraisablehook = lambda args: result.note_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    suite.run(result)
    sys.stdout.flush()
    sys.exit(0 if result.wasSuccessful() else 1)
