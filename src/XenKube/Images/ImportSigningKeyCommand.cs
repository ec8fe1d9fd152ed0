using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Trusts signing keys: those in key files, or one that comes with XenKube.</summary>
[Cmdlet(VerbsData.Import, "SigningKey", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[OutputType(typeof(SigningKey))]
public sealed class ImportSigningKeyCommand : XenDirCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string KnownSet = "Known";

    /// <summary>Paths of key files, armored or binary. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Paths of key files, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>Name of a key that comes with XenKube.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KnownSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(KnownKeyCompleter))]
    public string[]? Known { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new TrustStore(Directory.KeysPath);
        foreach (var name in Known ?? [])
        {
            Guard(name, () =>
            {
                if (Should($"Trust the signing key of {name}{Fingerprint(name)}, in {Directory.KeysPath}"))
                {
                    WriteObject(store.ImportKnown(name), enumerateCollection: true);
                }
            });
        }
        foreach (var file in Files(Path, LiteralPath, onDrives: true))
        {
            Guard(file, () =>
            {
                if (Should($"Trust the signing keys in {file}, in {Directory.KeysPath}"))
                {
                    WriteObject(IsOnDrive(file) ? store.Import(ReadFile(file), file) : store.Import(file), enumerateCollection: true);
                }
            });
        }
    }

    private static string Fingerprint(string name) => KnownKey.Find(name) is { } key ? $" ({key.Fingerprint})" : "";
}
