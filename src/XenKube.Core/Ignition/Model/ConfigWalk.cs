namespace XenKube.Ignition.Model;

/// <summary>
/// Applies the rules of the types as Ignition 2.x and Butane do: depth first, an object before its fields. An error does not stop
/// the descent.
/// </summary>
/// <remarks>Held against coreos/vcontext d72178a in Butane 0.19.0 and Ignition 2.16.2.</remarks>
internal static class ConfigWalk
{
    /// <summary>Adds what the rules find in a config.</summary>
    public static void Check(ConfigValue config, List<ConfigFinding> findings) => Visit(config, ConfigPath.Root, findings);

    private static void Visit(ConfigValue value, ConfigPath path, List<ConfigFinding> findings)
    {
        value.Type.Rule?.Invoke(value, new FindingPlace(findings, path));
        for (var i = 0; i < value.Items.Count && value.Type.Element!.HasRules; i++)
        {
            Visit(value.Items[i], path.Item(i), findings);
        }
        // No rule asks anything of a field that is not given, other than the rule of the object that lacks the field.
        foreach (var (field, child) in value.Present)
        {
            if (child.IsSet && child.Type.HasRules)
            {
                Visit(child, path.Field(field.Name), findings);
            }
        }
    }
}
