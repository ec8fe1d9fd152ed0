using System.Management.Automation;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>The base of cmdlets that change files of the host's services.</summary>
public abstract class HostCommand : XenDirCommand
{
    /// <summary>The directory for backups of the files that are replaced.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string BackupDirectory { get; set; } = BackupStore.DefaultDirectory;

    /// <summary>Makes a change, if it is needed and PowerShell allows it; -WhatIf and -Confirm show the difference of the files.</summary>
    /// <param name="change">The change.</param>
    /// <param name="sentence">What it does to which file, from the verb on.</param>
    /// <param name="activate">True to make the service use the files.</param>
    /// <returns>True where it was made, or nothing was to be done.</returns>
    protected bool MakeChange(SystemChange change, string sentence, bool activate)
    {
        ArgumentNullException.ThrowIfNull(change);
        return MakeEdit(() => change, sentence, activate, tries: 1);
    }

    /// <summary>
    /// Makes an edit, which can be made to whatever is in the file by then: where another process was faster, it is made to what that one
    /// left.
    /// </summary>
    /// <param name="plan">Reads the file and plans the change.</param>
    /// <param name="sentence">What it does to which file, from the verb on.</param>
    /// <param name="activate">True to make the service use the files.</param>
    /// <param name="tries">How often to try.</param>
    /// <param name="asks">False where -Force says that nobody is to be asked.</param>
    /// <returns>True where it was made, or nothing was to be done.</returns>
    protected bool MakeEdit(Func<SystemChange> plan, string sentence, bool activate, int tries = 10, bool asks = true)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var change = plan();
        if (!change.IsNeeded)
        {
            WriteVerbose($"{change.Step}: nothing to change");
            return true;
        }
        var shown = change.Diff.TrimEnd('\n');
        if (!(asks ? Should(sentence, () => shown) : ShouldDestroy(sentence, force: true, () => shown)))
        {
            return false;
        }
        for (var left = tries - 1; ; left--)
        {
            try
            {
                var backup = change.Apply(new BackupStore(Resolve(BackupDirectory)), activate, StopToken);
                WriteVerbose($"{change.Step}: {(backup is null ? "nothing to change" : $"changed; what was there is kept as {backup}")}");
                return true;
            }
            catch (ItemInUseException error) when (error.Id == ErrorIds.FileChangedMeanwhile && left > 0)
            {
                change = plan();
            }
        }
    }
}
