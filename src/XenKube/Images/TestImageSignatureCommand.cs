using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Checks whether the signatures of all images are good and made by a trusted key.</summary>
[Cmdlet(VerbsDiagnostic.Test, "ImageSignature", DefaultParameterSetName = VersionSet)]
[Alias("Test-XenImageSignature")]
[OutputType(typeof(bool), typeof(ImageSignature))]
public sealed class TestImageSignatureCommand : XenDirCommand
{
    private const string VersionSet = "Version";
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string InputObjectSet = "InputObject";

    private readonly Verdict _verdict = new();
    private KeyRing? _keys;

    /// <summary>Versions of images in the store. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = VersionSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(ImageVersionCompleter))]
    public string[]? Version { get; set; }

    /// <summary>Images, as Get-CoreOSImage returns them, signed files, or versions in the store.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Paths of signed files. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Paths of signed files, taken as they are.</summary>
    [Parameter(Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The file with the signature. Default: the image's own name with .sig.</summary>
    [Parameter(ParameterSetName = PathSet)]
    [Parameter(ParameterSetName = LiteralPathSet)]
    [Parameter(ParameterSetName = VersionSet)]
    [ValidateNotNullOrEmpty]
    public string? Signature { get; set; }

    /// <summary>Key files to trust for this check, in addition to the trust store.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? KeyFile { get; set; }

    /// <summary>
    /// Returns everything that the check found about each image: verdict, trust, signer, fingerprints, date. Without it, one True or False
    /// is returned for all of them.
    /// </summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        switch (ParameterSetName)
        {
            case InputObjectSet:
                foreach (var element in PipedObject.Elements(InputObject!))
                {
                    Guard(element.BaseObject, () => CheckObject(element));
                }
                break;
            case VersionSet:
                foreach (var version in Version!)
                {
                    Guard(version, () => CheckVersion(version));
                }
                break;
            default:
                foreach (var file in Files(Path, LiteralPath))
                {
                    Guard(file, () => Check(file, Signature is null ? null : Resolve(Signature)));
                }
                break;
        }
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        if (!Detailed)
        {
            if (!_verdict.HasAny && !HasReported)
            {
                WriteWarning("no image was checked");
            }
            WriteObject(_verdict.IsGood && !HasReported);
        }
    }

    private void CheckVersion(string version)
    {
        foreach (var image in ImageSelection.Select(new ImageStore(Directory.ImagesPath), version))
        {
            Guard(image, () => Check(image.Path, Signature is null ? image.SignaturePath : Resolve(Signature)));
        }
    }

    private void CheckObject(PSObject element)
    {
        if (ImageSelection.Find(element) is { } image)
        {
            NoteOrigin(image, OriginOf(new PipedObject(element)), $"the image {image}");
            Check(image.Path, image.SignaturePath);
        }
        else if (element.BaseObject is string version)
        {
            CheckVersion(version);
        }
        else
        {
            var item = new PipedObject(element);
            foreach (var file in Files(null, [item.FilePath ?? throw ImageSelection.NotImage(item)]))
            {
                Guard(file, () => Check(file, null));
            }
        }
    }

    private void Check(string file, string? signatureFile)
    {
        var keys = _keys ??= Keys();
        var result = RunWithProgress($"Checking the signature of {System.IO.Path.GetFileName(file)}", (progress, token) =>
            SignatureVerifier.Verify(file, signatureFile, keys, progress, token));
        if (!result.IsTrusted)
        {
            WriteWarning(result.IsGood
                ? $"{file}: the signature is good, but its key {result.PrimaryFingerprint} is not trusted; Import-SigningKey trusts it"
                : $"{file}: {result.Verdict}: {result.Reason ?? "the signature is not good"}");
        }
        WriteVerbose($"{file}: {result}");
        _verdict.Add(result.IsTrusted);
        if (Detailed)
        {
            WriteObject(result);
        }
    }

    private KeyRing Keys()
    {
        // A key file needs no XENDIR; the trust store does, unless there is no other source of keys.
        var files = (KeyFile ?? []).Select(Resolve).Aggregate(KeyRing.Empty, (ring, file) =>
            ring.With(KeyRing.Load(file, isTrusted: true)));
        var ring = KeyFile is not null && XenDir is null && Environment.GetEnvironmentVariable("XENDIR") is null
            ? files
            : new TrustStore(Directory.KeysPath).OpenKeyRing().With(files);
        foreach (var problem in ring.Problems)
        {
            WriteWarning(problem);
        }
        return ring;
    }
}
