using System.Management.Automation;
using XenKube.Commands.Completion;
using XenKube.Images.Signatures;

namespace XenKube.Commands.Images;

/// <summary>Stops trusting signing keys.</summary>
[Cmdlet(VerbsCommon.Remove, "SigningKey", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(void))]
public sealed class RemoveSigningKeyCommand : XenDirCommand
{
    /// <summary>Fingerprints, or their last digits, at least eight.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(FingerprintCompleter))]
    public string[] Fingerprint { get; set; } = [];

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        var store = new TrustStore(Directory.KeysPath);
        foreach (var fingerprint in Fingerprint)
        {
            Guard(fingerprint, () =>
            {
                if (Should($"Stop trusting the signing key {fingerprint}, in {Directory.KeysPath}") && !store.Remove(fingerprint))
                {
                    throw new ItemNotFoundException(ErrorIds.KeyNotFound, Directory.KeysPath, null, $"no key '{fingerprint}' is trusted",
                        "Get-SigningKey lists the trusted keys");
                }
            });
        }
    }
}
