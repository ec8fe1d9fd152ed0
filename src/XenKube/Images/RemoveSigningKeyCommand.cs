using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Stops trusting signing keys.</summary>
[Cmdlet(VerbsCommon.Remove, "SigningKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High,
    DefaultParameterSetName = FingerprintSet)]
[Alias("Remove-XenSigningKey")]
[OutputType(typeof(void))]
public sealed class RemoveSigningKeyCommand : XenDirCommand
{
    private const string FingerprintSet = "Fingerprint";
    private const string InputObjectSet = "InputObject";

    /// <summary>Fingerprints, or their last digits, at least eight.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = FingerprintSet)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FingerprintCompleter))]
    public string[] Fingerprint { get; set; } = [];

    /// <summary>Keys, or their fingerprints.</summary>
    [Parameter(Mandatory = true, ValueFromPipeline = true, ParameterSetName = InputObjectSet)]
    public PSObject? InputObject { get; set; }

    /// <summary>Does not ask.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord() => Guard(InputObject?.BaseObject, () =>
    {
        var store = new TrustStore(Directory.KeysPath);
        foreach (var fingerprint in InputObject is null ? Fingerprint : PipedKey.Fingerprints(InputObject))
        {
            Guard(fingerprint, () => Remove(store, fingerprint));
        }
    });

    private void Remove(TrustStore store, string fingerprint)
    {
        var full = store.FullFingerprint(fingerprint);
        if (InputObject is not null)
        {
            NoteOrigin(fingerprint, OriginOf(new PipedObject(InputObject)), $"the trust in the key {fingerprint}");
        }
        if (ShouldDestroy($"Stop trusting the signing key {full}, in {Directory.KeysPath}", Force))
        {
            store.Remove(full);
        }
    }
}
