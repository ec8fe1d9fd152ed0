using XenKube.Ignition.Model;

namespace XenKube.Ignition.Butane;

/// <summary>The rules about the sections that OpenShift's configs have besides those of Fedora CoreOS.</summary>
/// <remarks>Held against Butane 0.19.0 and Butane 0.29.0.</remarks>
internal static class OpenShiftRules
{
    private const string RoleLabel = "machineconfiguration.openshift.io/role";
    private const string CryptoCardArgument = "rd.luks.key=/etc/luks/cex.key";

    /// <summary>The whole document: the argument by which the kernel finds the key of a crypto card.</summary>
    public static void CryptoCards(ConfigValue config, FindingPlace at)
    {
        const string message =
            $"'{CryptoCardArgument}' must be set as kernel argument when CEX is enabled for the boot device";
        if (config["openshift"]["kernel_arguments"].Items.Exists(argument => argument.Text == CryptoCardArgument))
        {
            return;
        }
        var arguments = at.Field("openshift").Field("kernel_arguments");
        arguments.Error(config["boot_device"]["luks"]["cex"]["enabled"].Flag ? message : null);
        arguments.Error(
            config["storage"]["luks"].Items.Exists(luks => luks["cex"]["enabled"].Flag && luks["name"].Text == "root") ? message : null);
    }

    /// <summary>The name and the labels of the MachineConfig.</summary>
    public static void Metadata(ConfigValue metadata, FindingPlace at)
    {
        at.Error("name", metadata["name"].Text.Length == 0 ? "metadata.name is required" : null);
        var role = metadata["labels"].Entries.GetValueOrDefault(RoleLabel, "");
        at.Error("labels", role.Length == 0 ? $"{RoleLabel} label is required" : null);
    }

    /// <summary>The settings of the MachineConfig that are not Ignition's.</summary>
    public static void OpenShift(ConfigValue section, FindingPlace at) => at.Error(
        "kernel_type",
        section["kernel_type"].Text is "" or "default" or "realtime" ? null : "must be empty, \"default\", or \"realtime\"");
}
