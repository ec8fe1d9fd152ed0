using System.Management.Automation;
using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>Downloads images into the store and verifies them.</summary>
[Cmdlet(VerbsData.Save, "CoreOSImage", SupportsShouldProcess = true, DefaultParameterSetName = VersionSet)]
[Alias("Save-XenCoreOSImage")]
[OutputType(typeof(CoreOSImage))]
public sealed class SaveCoreOSImageCommand : ImageDownloadCommand
{
    private const string VersionSet = "Version";
    private const string InputObjectSet = "InputObject";

    /// <summary>Versions; current is the newest of the channel. Default: current.</summary>
    [Parameter(Position = 0, ParameterSetName = VersionSet)]
    [ValidateNotNullOrEmpty]
    public string[] Version { get; set; } = [ReleaseServer.CurrentVersion];

    /// <summary>Releases, as Find-CoreOSImage returns them, or versions.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new ImageStore(Directory.ImagesPath);
        foreach (var version in InputObject is null ? Version : [])
        {
            Guard(version, () => Download(store, version));
        }
        foreach (var element in InputObject is null ? [] : PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => Download(store, ImageSelection.ReleaseVersionOf(new PipedObject(element)), element));
        }
    }
}
