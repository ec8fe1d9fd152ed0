using XenKube.Ignition.Writing;

namespace XenKube.Ignition.Model;

/// <summary>Writes a config's tree as JSON: what was given, and nothing that is empty.</summary>
/// <remarks>Held against encoding/json of Go 1.19, and clarketm/json v1.17.1 in Butane 0.19.0.</remarks>
internal static class ConfigJson
{
    /// <summary>Writes the config.</summary>
    public static void Write(IgnitionJsonWriter json, ConfigValue value)
    {
        switch (value.Type.Kind)
        {
            case ConfigKind.Object:
                json.StartObject();
                for (var index = 0; index < value.Type.Fields.Count; index++)
                {
                    var field = value.Type.Fields[index];
                    var child = value.Touched(index);
                    if (!field.IsAlwaysWritten && (child is not { IsSet: true } || IsEmpty(child, field.IsOptional)))
                    {
                        continue;
                    }
                    json.Name(field.Name);
                    if (field.IsOptional && child is not { IsSet: true })
                    {
                        json.Null();
                    }
                    else
                    {
                        Write(json, child ?? value.Field(index));
                    }
                }
                json.EndObject();
                break;
            case ConfigKind.List:
                json.StartArray();
                foreach (var item in value.Items)
                {
                    Write(json, item);
                }
                json.EndArray();
                break;
            case ConfigKind.Map:
                json.StartObject();
                foreach (var (name, text) in value.Entries)
                {
                    json.Member(name, text);
                }
                json.EndObject();
                break;
            case ConfigKind.Text:
                json.Value(value.Text);
                break;
            case ConfigKind.Number:
                json.Value((long)value.Number);
                break;
            default:
                json.Value(value.Flag);
                break;
        }
    }

    private static bool IsEmpty(ConfigValue value, bool isOptional) => value.Type.Kind switch
    {
        _ when isOptional => !value.IsSet,
        ConfigKind.Object => value.Present.All(static (child, field) => IsEmpty(child, field.IsOptional)),
        ConfigKind.List => value.Items.Count == 0,
        ConfigKind.Map => value.Entries.Count == 0,
        ConfigKind.Text => value.Text.Length == 0,
        ConfigKind.Number => value.Number == 0,
        _ => !value.Flag,
    };
}
