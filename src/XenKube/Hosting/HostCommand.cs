using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Hosting;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that change files of the host's services.</summary>
public abstract class HostCommand : XenDirCommand
{
    /// <summary>Where the files that are replaced are kept.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string BackupDirectory { get; set; } = BackupStore.DefaultDirectory;

    /// <summary>The settings of the XENDIR, or the guide's values where none is given or set.</summary>
    protected XenSettings Settings => HasXenDir ? Directory.Settings : new XenSettings();

    /// <summary>Makes a change, if it is needed and PowerShell lets it be made; -WhatIf and -Confirm show the difference of the files.</summary>
    /// <param name="change">The change.</param>
    /// <param name="sentence">What it does to which file, from the verb on.</param>
    /// <param name="activate">True to make the service use the files.</param>
    /// <returns>True where it was made, or nothing was to be done.</returns>
    protected bool MakeChange(SystemChange change, string sentence, bool activate)
    {
        ArgumentNullException.ThrowIfNull(change);
        if (!change.IsNeeded)
        {
            WriteVerbose($"{change.Step}: nothing to change");
            return true;
        }
        if (!Should($"{sentence}{Environment.NewLine}{change.Diff.TrimEnd('\n')}"))
        {
            return false;
        }
        var backup = change.Apply(new BackupStore(Resolve(BackupDirectory)), activate, StopToken);
        WriteVerbose($"{change.Step}: changed; what was there is kept as {backup}");
        return true;
    }
}
