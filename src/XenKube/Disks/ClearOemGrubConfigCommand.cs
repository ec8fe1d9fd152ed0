using System.Management.Automation;
using XenKube.Clusters;

namespace XenKube.Commands.Disks;

/// <summary>Removes the URL of the config from the grub.cfg of the OEM partition, and keeps its other lines.</summary>
[Cmdlet(VerbsCommon.Clear, "OemGrubConfig", SupportsShouldProcess = true, DefaultParameterSetName = NameSet)]
[Alias("Clear-XenOemGrubConfig")]
[OutputType(typeof(OemGrubConfig))]
public sealed class ClearOemGrubConfigCommand : DiskCommand
{
    /// <summary>Returns the grub.cfg as it is afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node)
    {
        if (Should($"Remove the config URL from grub.cfg on partition OEM of {path}"))
        {
            var left = OemGrubConfig.Clear(path, StopToken);
            if (PassThru)
            {
                WriteObject(left);
            }
        }
    }
}
