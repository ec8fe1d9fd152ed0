using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Trusts signing keys: those in key files, or one that comes with XenKube.</summary>
[Cmdlet(VerbsData.Import, "SigningKey", SupportsShouldProcess = true, DefaultParameterSetName = PathSet)]
[Alias("Import-XenSigningKey")]
[OutputType(typeof(SigningKey))]
public sealed class ImportSigningKeyCommand : XenDirCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";
    private const string InputObjectSet = "InputObject";
    private const string KnownSet = "Known";

    /// <summary>Paths of key files, armored or binary. Wildcards are allowed.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = PathSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[]? Path { get; set; }

    /// <summary>Paths of key files, taken as they are.</summary>
    [Parameter(Mandatory = true, ValueFromPipelineByPropertyName = true, ParameterSetName = LiteralPathSet)]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>
    /// Key files, paths of such files with wildcards or without, or keys that come with XenKube, as Get-SigningKey -Known lists them.
    /// </summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

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
            Guard(name, () => ImportKnown(store, name));
        }
        foreach (var file in Files(Path, LiteralPath, onDrives: true))
        {
            Guard(file, () => ImportFile(store, file));
        }
        foreach (var element in InputObject is null ? [] : PipedObject.Elements(InputObject))
        {
            Guard(element.BaseObject, () => ImportObject(store, element));
        }
    }

    private void ImportObject(TrustStore store, PSObject element)
    {
        var item = new PipedObject(element);
        if (item.Is<KnownKey>() && item.Text(nameof(KnownKey.Name)) is { } name)
        {
            ImportKnown(store, name);
            return;
        }
        var files = item.Value is string path ? Files([path], null, onDrives: true)
            : Files(null, [item.FilePath ?? throw new InvalidInputException(ErrorIds.InputInvalid, null, null, $"{item} is not a key file",
                "Pipe files, as Get-Item returns them, or their paths")], onDrives: true);
        foreach (var file in files)
        {
            Guard(file, () => ImportFile(store, file));
        }
    }

    private void ImportKnown(TrustStore store, string name)
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
    }

    private void ImportFile(TrustStore store, string file)
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
