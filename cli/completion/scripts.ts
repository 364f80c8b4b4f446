/** Shells that completion is known for, and `kubectl`, which completes its plugins by a program of its own. */
export const completionTargets = ['bash', 'zsh', 'fish', 'kubectl'] as const;
export type CompletionTarget = (typeof completionTargets)[number];

/** As cobra names it: kubectl asks its plugins so. */
export const wordsCommandName = '__complete';

/** Directive of cobra's `__complete`, on which kubectl relies: do not complete file names (ShellCompDirectiveNoFileComp). */
export const noFilesDirective = 4;
/** ShellCompDirectiveDefault: file names where there is no candidate. */
export const defaultDirective = 0;

/**
 * What the shell has to read. Each asks `kubectl-herald __complete WORD…` for candidates: one a line, a description behind
 * a tab, and the directive behind a colon at last.
 */
export function completionScript(target: CompletionTarget): readonly string[] {
  const scripts: Readonly<Record<CompletionTarget, string>> = { bash, zsh, fish, kubectl };
  return scripts[target].split('\n').slice(1, -1);
}

const bash = `
# bash completion for kubectl-herald: source <(kubectl herald completion bash)
_kubectl_herald() {
  local line word words=() last=-1 prefix='' candidates=() directive=0
  # bash takes "=" for a word of its own.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if (( last >= 0 )) && [[ $word == = || \${words[last]} == --*= ]]; then words[last]+=$word
    else words[++last]=$word; fi
  done
  if [[ \${words[last]} == --*=* ]]; then prefix=\${words[last]%%=*}=; fi
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=\${line#:}; else candidates+=("\${line%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2>/dev/null)
  COMPREPLY=("\${candidates[@]#"$prefix"}")
  if (( directive == 0 && \${#candidates[@]} == 0 )); then compopt -o default; fi
}
complete -F _kubectl_herald kubectl-herald
`;

const zsh = `
#compdef kubectl-herald
# zsh completion for kubectl-herald: source <(kubectl herald completion zsh)
_kubectl_herald() {
  local line value directive=0
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :* ]]; then directive=\${line#:}; continue; fi
    value=\${\${line%%$'\\t'*}//:/\\\\:}
    if [[ $line == *$'\\t'* ]]; then candidates+=("$value:\${line#*$'\\t'}"); else candidates+=("$value"); fi
  done < <("\${words[1]}" __complete "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  if (( \${#candidates} )); then _describe kubectl-herald candidates; elif (( directive == 0 )); then _files; fi
}
compdef _kubectl_herald kubectl-herald
`;

const fish = `
# fish completion for kubectl-herald: kubectl herald completion fish | source
function __kubectl_herald_complete
  set -l words (commandline --tokenize --cut-at-cursor --current-process)
  set -l word (commandline --current-token --cut-at-cursor)
  set -l lines ($words[1] __complete $words[2..] "$word" 2>/dev/null)
  set -l candidates (string match --invert --regex '^:' -- $lines)
  if test "$lines[-1]" = :0; and test (count $candidates) = 0
    __fish_complete_path "$word"
  else
    printf '%s\\n' $candidates
  end
end
complete --command kubectl-herald --no-files --arguments '(__kubectl_herald_complete)'
`;

const kubectl = `
#!/bin/sh
# Completion of "kubectl herald" by kubectl itself: save it as kubectl_complete-herald, executable, on the PATH.
exec kubectl-herald __complete "$@"
`;
