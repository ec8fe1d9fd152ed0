using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Disks;

/// <summary>Points a node's Ignition at its config, by one line in the grub.cfg of the OEM partition.</summary>
[Cmdlet(VerbsCommon.Set, "OemGrubConfig", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Set-XenOemGrubConfig")]
[OutputType(typeof(OemGrubConfig))]
public sealed class SetOemGrubConfigCommand : DiskCommand
{
    /// <summary>Where the guest fetches its config. Default: the node's own URL.</summary>
    [Parameter]
    [Alias("IgnitionUri")]
    public Uri? ConfigUri { get; set; }

    /// <summary>
    /// Kernel arguments to write in addition to the URL, or patterns of arguments on the line to keep ('*' keeps them all).
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? LinuxAppend { get; set; }

    /// <summary>Returns the grub.cfg as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node)
    {
        var uri = ConfigUri ?? node?.IgnitionUri
            ?? throw new InvalidInputException(ErrorIds.ConfigUriMissing, path, null,
                "is not the disk of a node, so it has no URL of its own", "Give one with -ConfigUri");
        if (Should($"Set coreos.config.url={uri} in grub.cfg on partition OEM of {path}"))
        {
            var written = OemGrubConfig.Write(path, uri, LinuxAppend, StopToken);
            WriteVerbose($"grub.cfg set to:{written.Line}");
            if (PassThru)
            {
                WriteObject(written);
            }
        }
    }
}
