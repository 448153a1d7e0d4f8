# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Completion in bash, zsh and fish: each shell runs, on a terminal or as its own completion functions have it, and is asked."""
import os
import re
import shutil
import subprocess

import tap_unittest
from command import COMMAND, CommandTest

ROOT = os.environ['BEAVER_TEST_SOURCE']
COMPLETIONS = os.path.join(ROOT, 'cli', 'completions')


class ShellTest(CommandTest):
    shell = None

    def setUp(self):
        super().setUp()
        if shutil.which(self.shell) is None:
            self.skipTest(f'{self.shell} is not installed here')
        # by its name, as everybody calls it
        os.mkdir(self.path('bin'))
        os.symlink(COMMAND, self.path('bin/beaver'))
        self.env['PATH'] = self.path('bin') + ':' + self.env['PATH']
        self.env['HOME'] = self.directory
        for variable in ('XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_CACHE_HOME', 'ZDOTDIR'):
            self.env[variable] = self.directory
        self.beaver('dict', 'settings', 'set', 'theme', 'dark')
        self.beaver('dict', 'settings', 'set', 'title', 'x')
        self.beaver('dict', 'settings', 'set', 'two words', 'x')
        self.beaver('dict', 'sessions', 'set', 'a:b', 'x')
        self.beaver('log', 'requests', 'append')

    def answer(self, *words, stdin=''):
        done = subprocess.run(words, cwd=self.directory, env=self.env, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, encoding='utf-8', timeout=120, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ''), done)
        return done.stdout.splitlines()

    def completed(self, line):
        """The words that the shell offers behind this line."""
        raise NotImplementedError

    def check(self):
        self.assertEqual(self.completed('beaver app.db di'), ['dict'])
        self.assertEqual(self.completed('beaver app.db dict se'), ['sessions', 'settings'])
        self.assertEqual(self.completed('beaver app.db dict settings ge'), ['get'])
        self.assertEqual(self.completed('beaver app.db dict settings get t'), ['theme', 'title', 'two words'])
        self.assertEqual(self.completed('beaver app.db dict sessions get '), ['a:b'])
        self.assertEqual(self.completed('beaver app.db log '), ['requests'])
        self.assertEqual(self.completed('beaver app.db dict settings set --tt'), ['--ttl'])
        self.assertEqual(self.completed('beaver ap'), ['app.db'])
        self.assertEqual(self.completed('beaver none.db dict '), [])
        self.assertFalse(os.path.exists(self.path('none.db')))


class Bash(ShellTest):
    shell = 'bash'

    def completed(self, line):
        script = ('source "$1"; COMP_LINE=$2; COMP_POINT=${#2}; read -ra COMP_WORDS <<<"$2"; '
                  '[[ $2 == *" " ]] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
                  'COMP_WORDBREAKS=$\' \\t\\n"\\\'><=;|&(:\'; _beaver; printf "%s\\n" "${COMPREPLY[@]}"')
        out = self.answer('bash', '-c', script, 'bash', os.path.join(COMPLETIONS, 'beaver.bash'), line)
        return sorted(word.replace('\\', '') for word in out if word)

    def test_completion(self):
        self.check()

    def test_colons_do_not_cut_words(self):
        # what stands before the last colon is there already
        self.assertEqual(self.completed('beaver app.db dict sessions get a:'), ['b'])
        self.assertEqual(self.completed('beaver app.db events dict:se'), ['sessions', 'settings'])


class Zsh(ShellTest):
    shell = 'zsh'

    # read by the inner zsh: what would be offered is printed, and the end is marked
    SETUP = r"""
PROMPT=
fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -u -d $PWD/zcompdump
bindkey '^M' undefined
bindkey '^J' undefined
bindkey '^I' complete-word
mark () { print -r -- '<DONE>' }
comppostfuncs=(mark)
zstyle ':completion:*' list-grouped false
zstyle ':completion:*' insert-tab false
compadd () {
  if [[ ${@[1,(i)(-|--)]} == *-(O|A|D)\ * ]]; then
    builtin compadd "$@"
    return
  fi
  typeset -a hits
  builtin compadd -A hits "$@"
  (( $#hits )) && print -rl -- '<'${^hits}'>'
  builtin compadd "$@"
}
print '<''READY>'
"""
    # the completion system of zsh runs on a terminal and nowhere else
    SCRIPT = r"""
zmodload zsh/zpty
zpty inner zsh -f -i
zpty -w inner 'source ./setup.zsh'
while zpty -r inner text; do [[ $text == *'<READY>'* ]] && break; done
zpty -w -n inner "$1"$'\t'
while zpty -r inner text; do print -r -- "$text"; [[ $text == *'<DONE>'* ]] && break; done
zpty -d inner
"""

    def completed(self, line):
        with open(self.path('setup.zsh'), 'w', encoding='utf-8') as file:
            file.write(self.SETUP)
        self.env['COMPLETIONS'] = COMPLETIONS
        out = '\n'.join(self.answer('zsh', '-f', '-c', self.SCRIPT, 'zsh', line))
        return sorted({word.replace('\\', '').rstrip(' ') for word in re.findall(r'<([^<>\r\n]+)>', out)} - {'DONE'})

    def test_completion(self):
        self.check()


class Fish(ShellTest):
    shell = 'fish'

    def completed(self, line):
        # without descriptions; and fish offers what else begins so, for a line that completes nothing
        out = self.answer('fish', '--no-config', '-c', 'source $argv[1]; complete --do-complete $argv[2]', os.path.join(COMPLETIONS, 'beaver.fish'),
                          line)
        return sorted(line.split('\t')[0].replace('\\', '') for line in out if line)

    def test_completion(self):
        self.check()

    def test_descriptions(self):
        out = self.answer('fish', '--no-config', '-c', 'source $argv[1]; complete --do-complete $argv[2]', os.path.join(COMPLETIONS, 'beaver.fish'),
                          'beaver app.db log requests wat')
        self.assertEqual([line.split('\t')[0] for line in out], ['watch'])
        self.assertIn('\t', out[0])


del ShellTest

if __name__ == '__main__':
    tap_unittest.main()
