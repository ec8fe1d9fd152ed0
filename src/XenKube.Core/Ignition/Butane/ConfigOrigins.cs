using XenKube.Ignition.Model;

namespace XenKube.Ignition.Butane;

/// <summary>Recording where a generated part of a config comes from.</summary>
/// <remarks>Held against Butane 0.19.0.</remarks>
internal static class ConfigOrigins
{
    /// <summary>Gives the value and everything in it one place.</summary>
    public static void SetOrigins(this ConfigValue value, ConfigPath origin)
    {
        value.Origin = origin;
        foreach (var item in value.Items)
        {
            item.SetOrigins(origin);
        }
        foreach (var (_, child) in value.Present)
        {
            child.SetOrigins(origin);
        }
    }

    /// <summary>
    /// The place in the document of a place in the config: the one recorded, or the one of the same name, which the reference
    /// falls back to as well, right or wrong.
    /// </summary>
    public static ConfigPath Find(ConfigValue config, ConfigPath path)
    {
        ConfigValue? value = config, parent = null;
        ConfigPath? last = null;
        foreach (var step in path.Steps())
        {
            (parent, last) = (value, step);
            value = value?.Step(step);
        }
        return value?.Origin ?? MissingField(parent, last, path) ?? ConfigNames.ToSnake(path);
    }

    /// <summary>
    /// In a MachineConfig, the place of a text or number that must be there and is not: a field of the object of the document that lacks
    /// it, unless the object has another name there.
    /// </summary>
    private static ConfigPath? MissingField(ConfigValue? parent, ConfigPath? step, ConfigPath path)
    {
        const string config = "spec.config.";
        if (step?.Name is not { } name || parent is not { Origin: { } origin } || parent.Type.Field(name) is not { IsOptional: false } field
            || field.Type.Kind is not (ConfigKind.Text or ConfigKind.Number or ConfigKind.Flag))
        {
            return null;
        }
        var place = origin.Field(ConfigNames.ToSnake(name));
        return ConfigNames.ToSnake(path).ToString() == config + place ? place : null;
    }
}
