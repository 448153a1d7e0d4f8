# SPDX-FileCopyrightText: 2026 The libbeaver authors
# SPDX-License-Identifier: LGPL-2.1-or-later
# Completion of beaver for bash: the command itself knows what can follow.

_beaver ()
{
  local line word words prefix files=

  # without bash-completion, which would have joined them: a colon cuts words in bash
  local before=${COMP_LINE:0:COMP_POINT} IFS=$' \t\n'
  read -ra words <<<"$before"
  [[ $before == *[[:space:]] ]] && words+=('')
  prefix=${words[-1]}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      files=1
      continue
    fi
    word=${line%%$'\t'*}
    # what stands before the last colon is there already
    [[ $prefix == *:* && $COMP_WORDBREAKS == *:* ]] && word=${word#"${prefix%"${prefix##*:}"}"}
    COMPREPLY+=("$(printf '%q' "$word")")
  done < <("${COMP_WORDS[0]}" __complete "${words[@]:1}" 2>/dev/null)
  if [[ -n $files ]]; then
    while IFS= read -r line; do
      COMPREPLY+=("$line")
    done < <(compgen -f -- "$prefix")
    compopt -o filenames 2>/dev/null
  fi
  return 0
}

complete -F _beaver beaver
