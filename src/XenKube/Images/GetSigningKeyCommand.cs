using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Lists the trusted signing keys; with -Known, the keys that come with XenKube.</summary>
[Cmdlet(VerbsCommon.Get, "SigningKey", DefaultParameterSetName = TrustedSet)]
[Alias("Get-XenSigningKey")]
[OutputType(typeof(SigningKey), ParameterSetName = [TrustedSet, InputObjectSet])]
[OutputType(typeof(KnownKey), ParameterSetName = [KnownSet])]
public sealed class GetSigningKeyCommand : XenDirCommand
{
    private const string TrustedSet = "Trusted";
    private const string InputObjectSet = "InputObject";
    private const string KnownSet = "Known";

    /// <summary>Fingerprints, or their last digits; or words of the user id with wildcards. Default: all.</summary>
    [Parameter(Position = 0, ParameterSetName = TrustedSet)]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FingerprintCompleter))]
    public string[]? Fingerprint { get; set; }

    /// <summary>Keys, or their fingerprints.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Lists the keys that Import-SigningKey -Known can trust.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KnownSet)]
    public SwitchParameter Known { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(null, () =>
    {
        if (Known)
        {
            WriteObject(KnownKey.All, enumerateCollection: true);
            return;
        }
        var keys = new TrustStore(Directory.KeysPath).List();
        foreach (var fingerprint in InputObject is not null ? PipedKey.Fingerprints(InputObject) : Fingerprint ?? ["*"])
        {
            Guard(fingerprint, () => WriteObject(Select(keys, fingerprint), enumerateCollection: true));
        }
    });

    private SigningKey[] Select(IReadOnlyList<SigningKey> keys, string wanted)
    {
        var pattern = Wildcard.Of(wanted);
        var digits = wanted.Replace(" ", "", StringComparison.Ordinal);
        SigningKey[] found = [.. keys.Where(key => key.Fingerprint.EndsWith(digits, StringComparison.OrdinalIgnoreCase)
            || pattern.IsMatch(key.Fingerprint) || pattern.IsMatch(key.UserId))];
        return found.Length > 0 || WildcardPattern.ContainsWildcardCharacters(wanted)
            ? found
            : throw new ItemNotFoundException(ErrorIds.KeyNotFound, Directory.KeysPath, null, $"no key '{wanted}' is trusted",
                "Get-SigningKey lists the trusted keys, Import-SigningKey trusts another");
    }
}
