using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;

namespace XenKube.Commands;

/// <summary>The base of cmdlets that transpile the configs of nodes.</summary>
public abstract class NodeConfigCommand : NodeCommand
{
    /// <summary>The platform whose metadata fill variables such as {PRIVATE_IPV4}. Default: the platform in the settings, none.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(PlatformCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Platform { get; set; }

    /// <summary>The directory from which local files are read. Default: the directory of the config.</summary>
    [Parameter]
    [Alias("FilesDir")]
    [ValidateNotNullOrEmpty]
    public string? FilesDirectory { get; set; }

    /// <summary>Treats warnings of the config as errors. Default: as the settings say, false.</summary>
    [Parameter]
    public SwitchParameter Strict { get; set; }

    /// <summary>How the configs are transpiled, as the parameters say.</summary>
    private protected NodeConfigOverrides Overrides() => Overrides(Platform, FilesDirectory, Strict);
}
