using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace XenKube.Commands.Completion;

/// <summary>Completes names of drives over disk images.</summary>
public sealed class DriveCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete,
        CommandAst commandAst, IDictionary fakeBoundParameters) =>
        Completions.Of(wordToComplete, _ =>
        {
            using var shell = PowerShell.Create(RunspaceMode.CurrentRunspace);
            return shell.AddCommand("Get-PSDrive").AddParameter("PSProvider", "NodeDisk").AddParameter("ErrorAction", "Ignore")
                .Invoke<PSDriveInfo>().Select(drive => (drive.Name, drive.Description)).ToArray();
        });
}
