using XenKube.Booting;

namespace XenKube.Clusters;

/// <summary>What the disk of a node boots next, as the node's guest configuration has it booted.</summary>
public static class NodeBootPlan
{
    /// <summary>Makes the plan; nothing is written.</summary>
    /// <param name="diskPath">The disk image; it may belong to a running guest.</param>
    /// <param name="node">The node that it belongs to; null where that is not known.</param>
    /// <param name="options">What is asked for in place of what the guest configuration says.</param>
    /// <exception cref="ItemNotFoundException">There is no such image.</exception>
    /// <exception cref="CorruptImageException">The image has no usable partition table.</exception>
    public static BootPlan Make(string diskPath, Node? node, NodeBootPlanOptions? options = null) =>
        BootPlan.Make(diskPath, NodeBoot.OptionsOf(node, options ?? new NodeBootPlanOptions()));
}
