using System.Management.Automation;
using XenKube.Booting;
using XenKube.Clusters;
using XenKube.Commands.Disks;

namespace XenKube.Commands.Booting;

/// <summary>
/// Shows what disks boot next, and why: the slot or entry, the kernel, the whole command line, and whether Ignition will run.
/// </summary>
[Cmdlet(VerbsCommon.Get, "NodeBootPlan", DefaultParameterSetName = NameSet)]
[Alias("Get-XenNodeBootPlan")]
[OutputType(typeof(BootPlan))]
public sealed class GetNodeBootPlanCommand : DiskCommand
{
    /// <summary>
    /// As what Xen starts the guest, which decides how long the command line may be and which notes the kernel needs. Default: what the
    /// node's guest configuration says, Pvh without one.
    /// </summary>
    [Parameter]
    public BootGuestType? Type { get; set; }

    /// <summary>Boots this slot, whatever the partition table says.</summary>
    [Parameter]
    [ValidateSet("a", "b")]
    public string? Slot { get; set; }

    /// <summary>Boots this menu entry: its id, title or number from 0.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Entry { get; set; }

    /// <summary>Kernel arguments beside those of the node's guest configuration. They are added at the end, where they win.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[]? Append { get; set; }

    /// <summary>Does not unpack the kernel to see whether it can run as the guest's type.</summary>
    [Parameter]
    public SwitchParameter Quick { get; set; }

    /// <inheritdoc/>
    protected override void ProcessDisk(string path, Node? node) => WriteObject(NodeBootPlan.Make(path, node, new NodeBootPlanOptions
    {
        GuestType = Type,
        Slot = Slot,
        Entry = Entry,
        Arguments = Append ?? [],
        ReadNotes = !Quick,
    }));
}
