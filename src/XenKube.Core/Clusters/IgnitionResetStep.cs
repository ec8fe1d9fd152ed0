namespace XenKube.Clusters;

/// <summary>The steps that make a node's Ignition run again, in the order in which kgen takes them.</summary>
public enum IgnitionResetStep
{
    /// <summary>Point the OEM partition's grub.cfg at the config (kgen grub).</summary>
    Grub,

    /// <summary>Remove /etc/machine-id on ROOT, so that systemd applies its presets again (kgen systemd).</summary>
    MachineId,

    /// <summary>Make NODE.ct from NODE.ct.tmpl, where there is a template and it is the newer (kgen tmpl).</summary>
    Template,

    /// <summary>Transpile the config and publish it (kgen ct).</summary>
    Publish,

    /// <summary>Create first_boot on EFI-SYSTEM (kgen firstboot).</summary>
    FirstBoot,
}
