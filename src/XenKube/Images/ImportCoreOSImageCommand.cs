using System.Management.Automation;
using XenKube.Clusters;
using XenKube.Images;

namespace XenKube.Commands.Images;

/// <summary>Takes images that were fetched by hand into the store: verified, and named after what is on them.</summary>
[Cmdlet(VerbsData.Import, "CoreOSImage", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[Alias("Import-XenCoreOSImage")]
[OutputType(typeof(CoreOSImage))]
public sealed class ImportCoreOSImageCommand : XenDirCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string InputObjectSet = "InputObject";

    /// <summary>Paths of compressed images. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Paths of compressed images, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Compressed images: files, as Get-Item returns them, or paths with wildcards or without.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>The file with the signature. Default: the image's own name with .sig or .asc.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Signature { get; set; }

    /// <summary>The release that the image has to be. Default: the release that the image names.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Version { get; set; }

    /// <summary>
    /// What comes before the version in the store, such as flatcar-arm64. Default: coreos, flatcar or fedora-coreos, by what is on the
    /// image.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>Accepts an image without checking its signature, with a warning.</summary>
    [Parameter]
    public SwitchParameter SkipVerification { get; set; }

    /// <summary>Replaces another image of the same name and version.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var file in Files(Path, LiteralPath))
        {
            Guard(file, () => Import(file));
        }
        foreach (var element in InputObject is null ? [] : PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => ImportObject(new PipedObject(element)));
        }
    }

    private void ImportObject(PipedObject item)
    {
        var files = item.Value is string path ? Files([path], null)
            : Files(null, [item.FilePath ?? throw new InvalidInputException(ErrorIds.InputInvalid, null, null,
                $"{item} is not the file of an image", "Pipe files, as Get-Item returns them, or their paths")]);
        foreach (var file in files)
        {
            Guard(file, () => Import(file));
        }
    }

    private void Import(string file)
    {
        if (!Should($"Import {file} into {Directory.ImagesPath}"))
        {
            return;
        }
        var import = new ImageImport
        {
            SignatureFile = Signature is null ? null : Resolve(Signature),
            Version = Version,
            Name = Name,
            SkipVerification = SkipVerification,
            Force = Force,
        };
        var imported = RunWithProgress($"Importing {System.IO.Path.GetFileName(file)}", (progress, token) =>
            new ImageImporter(Directory).Import(file, import, progress, token));
        WriteVerbose($"{file} is {imported.Image}, {(imported.WasPresent ? "which the store has already" : $"now {imported.Image.Path}")}");
        foreach (var warning in imported.Warnings)
        {
            WriteWarning(warning);
        }
        WriteObject(imported.Image);
    }
}
