using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Hosting;

namespace XenKube.Commands.Hosting;

/// <summary>Lists the backups of the host's files that XenKube replaced, the newest first.</summary>
[Cmdlet(VerbsCommon.Get, "XenKubeBackup")]
[OutputType(typeof(BackupSet))]
public sealed class GetXenKubeBackupCommand : XenKubeCommand
{
    /// <summary>The steps that made the changes. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(HostStepCompleter))]
    public string[] Step { get; set; } = ["*"];

    /// <summary>The directory for backups.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string BackupDirectory { get; set; } = BackupStore.DefaultDirectory;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(BackupDirectory, () =>
    {
        var patterns = Step.Select(step => Wildcard.Of(step)).ToList();
        WriteObject(new BackupStore(Resolve(BackupDirectory)).List().Where(set => patterns.Exists(pattern => pattern.IsMatch(set.Step))),
            enumerateCollection: true);
    });
}
