using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Commands.Completion;
using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>Removes images from the store, each with its signature and its decompressed cache.</summary>
[Cmdlet(VerbsCommon.Remove, "CoreOSImage", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = VersionSet)]
[Alias("Remove-XenCoreOSImage")]
[OutputType(typeof(void))]
public sealed class RemoveCoreOSImageCommand : XenDirCommand
{
    private const string VersionSet = "Version";
    private const string InputObjectSet = "InputObject";

    /// <summary>Versions of images in the store, or names with versions such as flatcar-4593.2.5. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = VersionSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageVersionCompleter))]
    public string[] Version { get; set; } = [];

    /// <summary>Images, as Get-CoreOSImage returns them, or their versions.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Does not ask, and removes an image that is in use.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var version in InputObject is null ? Version : [])
        {
            Guard(version, () => RemoveNamed(version));
        }
        foreach (var element in InputObject is null ? [] : PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => RemoveObject(element));
        }
    }

    private void RemoveObject(PSObject element)
    {
        if (ImageSelection.Find(element) is { } image)
        {
            NoteOrigin(image, OriginOf(new PipedObject(element)), $"the image {image}");
            Remove(image);
            return;
        }
        RemoveNamed(element.BaseObject as string ?? throw ImageSelection.NotImage(new PipedObject(element)));
    }

    private void RemoveNamed(string version)
    {
        foreach (var image in ImageSelection.Select(new ImageStore(Directory.ImagesPath), version))
        {
            Guard(image, () => Remove(image));
        }
    }

    private void Remove(CoreOSImage image)
    {
        var removal = new ImageRemoval(Directory);
        if (!Force)
        {
            removal.RequireUnused(image);
        }
        var files = ImageRemoval.FilesOf(image);
        if (ShouldDestroy($"Remove the image {image}: {string.Join(", ", files)}", Force))
        {
            removal.Remove(image, Force, StopToken);
        }
    }
}
