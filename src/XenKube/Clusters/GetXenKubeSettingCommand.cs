using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands.Clusters;

/// <summary>Shows the settings of a XENDIR: values, where they are from, and defaults.</summary>
[Cmdlet(VerbsCommon.Get, "XenKubeSetting")]
[OutputType(typeof(XenSetting))]
public sealed class GetXenKubeSettingCommand : XenDirCommand
{
    /// <summary>Names of settings, such as bridge. Wildcards are allowed. Default: all.</summary>
    [Parameter(Position = 0)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(SettingCompleter))]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var name in Name)
        {
            Guard(name, () => WriteObject(new SettingsStore(Directory).List(name), enumerateCollection: true));
        }
    }
}
