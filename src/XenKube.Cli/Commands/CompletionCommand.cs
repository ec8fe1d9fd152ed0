using System.CommandLine;

namespace XenKube.Cli.Commands;

/// <summary><c>xenkube completion</c>: scripts by which a shell completes the words of this program.</summary>
internal static class CompletionCommand
{
    // Each script hands on the line after the program's name up to the cursor, and gets a word on each line. Without a word the shell
    // offers files.
    private const string Bash = """
        # Completion of xenkube for bash: source <(xenkube completion bash)
        _xenkube() {
          local line=${COMP_LINE:0:COMP_POINT} word=${COMP_WORDS[COMP_CWORD]}
          case $line in *[[:space:]]*) line=${line#*[[:space:]]} ;; *) return ;; esac
          # Where the shell splits a word at a character such as '=', only the rest of the word is wanted.
          local typed=${line##*[[:space:]]} found
          local before=${typed%"$word"}
          COMPREPLY=()
          while read -r found; do
            case $found in /[h?]) ;; "$typed"*) COMPREPLY+=("${found#"$before"}") ;; esac
          done < <("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2> /dev/null)
        }
        complete -o default -F _xenkube xenkube

        """;

    private const string Zsh = """
        #compdef xenkube
        # Completion of xenkube for zsh: source <(xenkube completion zsh)
        _xenkube() {
          local line="${(j: :)words[2,CURRENT]}"
          local -a found
          found=("${(@f)$(${words[1]} "[suggest:${#line}]" "$line" 2> /dev/null)}")
          if [[ -n "$found" ]]; then compadd -a found; else _files; fi
        }
        if [[ "$funcstack[1]" = _xenkube ]]; then _xenkube "$@"; else compdef _xenkube xenkube; fi

        """;

    private const string Fish = """
        # Completion of xenkube for fish: xenkube completion fish | source
        function __xenkube_complete
            set -l words (commandline -opc) (commandline -ct)
            set -l line (string join ' ' -- $words[2..-1])
            $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c xenkube -a '(__xenkube_complete)'

        """;

    private static readonly Argument<string> Shell = new("SHELL") { Description = "bash, zsh or fish." };

    public static Command Create()
    {
        Shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var completion = new Command("completion", "Print a script by which a shell completes the words of xenkube.") { Shell };
        CommandRun.Handle(completion, run => run.Out.Write(run.Get(Shell) switch
        {
            "bash" => Bash,
            "zsh" => Zsh,
            _ => Fish,
        }));
        return completion;
    }
}
