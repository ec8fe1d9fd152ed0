using XenKube.Ignition.Model;

namespace XenKube.Ignition.Butane;

/// <summary>Copies what Butane and Ignition have in common, key by key, and records where each value comes from.</summary>
internal static class FieldTranslation
{
    /// <summary>Copies a value; fields that the target lacks are left to the caller.</summary>
    /// <param name="from">The document's value.</param>
    /// <param name="to">The config's value.</param>
    /// <param name="isOptional">Whether the value may be missing.</param>
    /// <param name="path">The value's place in the document.</param>
    /// <param name="special">Told of each object once its fields are copied; may be null.</param>
    public static void Copy(ConfigValue from, ConfigValue to, bool isOptional, ConfigPath path, Action<ConfigValue, ConfigValue, ConfigPath>? special = null)
    {
        switch (from.Type.Kind)
        {
            case ConfigKind.Object:
                if (isOptional && !from.IsSet)
                {
                    return;
                }
                to.IsSet = from.IsSet;
                to.Origin = from.IsZero() ? null : path;
                foreach (var (field, child) in from.Present)
                {
                    var name = ButaneNames.ToCamel(field.Name);
                    if (child.IsSet && to.Type.Field(name) is not null)
                    {
                        Copy(child, to[name], field.IsOptional, path.Field(field.Name), special);
                    }
                }
                special?.Invoke(from, to, path);
                break;
            case ConfigKind.List:
                if (!from.IsSet)
                {
                    return;
                }
                to.IsSet = true;
                to.Origin = path;
                for (var i = 0; i < from.Items.Count; i++)
                {
                    Copy(from.Items[i], to.AddItem(), isOptional: false, path.Item(i), special);
                }
                break;
            default:
                if (isOptional && !from.IsSet)
                {
                    return;
                }
                to.IsSet = from.IsSet;
                to.Text = from.Text;
                to.Number = from.Number;
                to.Flag = from.Flag;
                to.Origin = path;
                break;
        }
    }
}
