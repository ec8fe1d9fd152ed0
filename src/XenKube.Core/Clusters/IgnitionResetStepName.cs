namespace XenKube.Clusters;

/// <summary>The names of the steps on a command line: ours, and kgen's.</summary>
public static class IgnitionResetStepName
{
    /// <summary>The step that a word means.</summary>
    /// <param name="name"><c>grub</c>, <c>machine-id</c> or kgen's <c>systemd</c>, <c>template</c> or <c>tmpl</c>, <c>publish</c> or <c>ct</c>, <c>first-boot</c> or <c>firstboot</c>.</param>
    /// <exception cref="InvalidInputException">The word means no step.</exception>
    public static IgnitionResetStep Parse(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Trim().ToUpperInvariant() switch
        {
            "GRUB" => IgnitionResetStep.Grub,
            "MACHINE-ID" or "MACHINEID" or "SYSTEMD" => IgnitionResetStep.MachineId,
            "TEMPLATE" or "TMPL" => IgnitionResetStep.Template,
            "PUBLISH" or "CT" => IgnitionResetStep.Publish,
            "FIRST-BOOT" or "FIRSTBOOT" => IgnitionResetStep.FirstBoot,
            _ => throw new InvalidInputException("StepInvalid", null, null, $"'{name}' is no step of a refresh", "The steps are grub, machine-id, template, publish and first-boot"),
        };
    }
}
