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
        ConfigValue? value = config;
        foreach (var step in path.Steps())
        {
            value = value?.Step(step);
        }
        return value?.Origin ?? ConfigNames.ToSnake(path);
    }
}
