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
                var states = KnownKey.FindAll(name).Select(key => (Key: key, State: store.StateOf(key))).ToList();
                if (Should($"Trust the signing key of {name}{Fingerprint(name)}, in {Directory.KeysPath}"))
                {
                    WriteObject(store.ImportKnown(name), enumerateCollection: true);
                    foreach (var (key, state) in states)
                    {
                        Tell(key, state);
                    }
                }
            });
        }
        foreach (var file in Files(Path, LiteralPath, onDrives: true))
        {
            Guard(file, () =>
            {
                if (Should($"Trust the signing keys in {file}, in {Directory.KeysPath}"))
                {
                    var content = IsOnDrive(file) ? ReadFile(file) : null;
                    WriteObject(content is null ? store.Import(file) : store.Import(content, file), enumerateCollection: true);
                    foreach (var skipped in content is null ? TrustStore.FindSkipped(file) : TrustStore.FindSkipped(content))
                    {
                        WriteWarning($"{file}: left out is {skipped}");
                    }
                }
            });
        }
    }

    /// <summary>Says what an import of a key that is trusted already was good for.</summary>
    private void Tell(KnownKey key, KnownKeyState state)
    {
        switch (state)
        {
            case KnownKeyState.KnownIsNewer:
                WriteVerbose($"{key.Name}: the trusted key got the newer subkeys of the copy that comes with XenKube");
                break;
            case KnownKeyState.Same:
                WriteVerbose($"{key.Name}: the key is trusted already, with the same subkeys");
                break;
            case KnownKeyState.TrustedIsNewer:
                WriteWarning($"{key.Name}: the trusted key is newer than the copy that comes with XenKube, and stays as it is");
                break;
            default:
                break;
        }
    }

    private static string Fingerprint(string name) => KnownKey.FindAll(name) is { Count: > 0 } keys
        ? $" ({string.Join(", ", keys.Select(key => key.Fingerprint))})" : "";
}
