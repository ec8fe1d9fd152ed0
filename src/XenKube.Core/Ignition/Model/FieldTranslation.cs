namespace XenKube.Ignition.Model;

/// <summary>
/// Copies what a config language and Ignition have in common, key by key, and records where each value comes from. Everything that an
/// object
/// has beyond that is added by the completion of its type.
/// </summary>
/// <param name="files">The files directory from which completions read.</param>
/// <param name="findings">Takes what goes wrong.</param>
internal sealed class FieldTranslation(LocalFiles files, List<ConfigFinding> findings)
{
    /// <summary>The files directory.</summary>
    public LocalFiles Files => files;

    /// <summary>Whether contents may be packed where that makes them shorter.</summary>
    public bool PacksContents { get; init; } = true;

    /// <summary>Adds an error, unless the message is null.</summary>
    public void Error(ConfigPath place, string? message) => new FindingPlace(findings, place).Error(message);

    /// <summary>Copies a value; fields that the target lacks or has as another kind of value are left to the completion.</summary>
    /// <param name="from">The document's value.</param>
    /// <param name="to">The config's value.</param>
    /// <param name="isOptional">Whether the value may be missing.</param>
    /// <param name="path">The value's place in the document.</param>
    public void Copy(ConfigValue from, ConfigValue to, bool isOptional, ConfigPath path)
    {
        switch (from.Type.Kind)
        {
            case ConfigKind.Object:
                if (!isOptional || from.IsSet)
                {
                    CopyObject(from, to, path);
                }
                break;
            case ConfigKind.List:
                if (from.IsSet)
                {
                    CopyList(from, to, path);
                }
                break;
            default:
                if (!isOptional || from.IsSet)
                {
                    to.SetScalar(from);
                    to.Origin = path;
                }
                break;
        }
    }

    private void CopyObject(ConfigValue from, ConfigValue to, ConfigPath path)
    {
        to.IsSet = from.IsSet;
        to.Origin = from.IsZero() ? null : path;
        foreach (var (field, child) in from.Present)
        {
            if (child.IsSet && to.Type.Field(field.IgnitionName) is { } target && target.Type.Kind == field.Type.Kind)
            {
                Copy(child, to[field.IgnitionName], field.IsOptional, path.Field(field.Name));
            }
        }
        from.Type.Completion?.Invoke(from, to, path, this);
    }

    private void CopyList(ConfigValue from, ConfigValue to, ConfigPath path)
    {
        to.IsSet = true;
        to.Origin = path;
        for (var i = 0; i < from.Items.Count; i++)
        {
            var item = to.AddItem();
            Copy(from.Items[i], item, isOptional: false, path.Item(i));
            if (!item.IsSet)
            {
                to.Truncate(to.Items.Count - 1);
            }
        }
    }
}
