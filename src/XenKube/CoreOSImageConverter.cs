using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Images;

namespace XenKube.Commands;

/// <summary>Makes an image of the store out of one that is only its properties now; it is looked up by name and version.</summary>
public sealed class CoreOSImageConverter : RecordConverter<CoreOSImage>
{
    /// <inheritdoc/>
    protected override CoreOSImage? Convert(PSObject source)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (Text(source, nameof(CoreOSImage.Version)) is not { } version || Text(source, nameof(CoreOSImage.Name)) is not { } name
            || Text(source, nameof(CoreOSImage.SignaturePath)) is null)
        {
            return null;
        }
        var folder = Here(Text(source, nameof(CoreOSImage.Path))) is { } path
            ? Path.GetDirectoryName(path)! : XenDirectory.Resolve(null, onWait: null).ImagesPath;
        return new ImageStore(folder).Get($"{name}-{version}");
    }
}
