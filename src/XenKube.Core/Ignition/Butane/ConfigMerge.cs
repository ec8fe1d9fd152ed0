using XenKube.Ignition.Model;

namespace XenKube.Ignition.Butane;

/// <summary>
/// Merges two Ignition configs as Ignition merges parent and child, and keeps track of where things come from. What the child
/// gives wins; entries of lists meet by their keys, the parent's standing first. Places of empty values are forgotten.
/// </summary>
/// <remarks>Held against Ignition 2.16.2 in Butane 0.19.0.</remarks>
internal static class ConfigMerge
{
    /// <summary>The merged config.</summary>
    public static ConfigValue Merge(ConfigValue parent, ConfigValue child)
    {
        var result = new ConfigValue(parent.Type) { IsSet = true };
        MergeObject(parent, child, result);
        return result;
    }

    private static void MergeObject(ConfigValue parent, ConfigValue child, ConfigValue result)
    {
        var places = new ChildPlaces(child);
        foreach (var field in parent.Type.Fields)
        {
            var (ours, theirs, merged) = (parent[field.Name], child[field.Name], result[field.Name]);
            switch (field.Type.Kind)
            {
                case ConfigKind.List when field.DuplicateGroup is null:
                    Append(ours.Items, merged);
                    Append(theirs.Items, merged);
                    merged.Origin = (theirs.Items.Count > 0 ? theirs.Origin : null) ?? (ours.Items.Count > 0 ? ours.Origin : null);
                    break;
                case ConfigKind.List:
                    MergeList(field, ours, theirs, merged, places);
                    break;
                case ConfigKind.Object when !theirs.IsZero(field.IsOptional) && !ours.IsZero(field.IsOptional):
                    merged.IsSet = true;
                    MergeObject(ours, theirs, merged);
                    merged.Origin = theirs.Origin ?? ours.Origin;
                    break;
                case ConfigKind.Object:
                    Copy(theirs.IsZero(field.IsOptional) ? ours : theirs, merged, field.IsOptional);
                    break;
                default:
                    Copy(field.IsOptional && !theirs.IsSet ? ours : theirs, merged, field.IsOptional);
                    break;
            }
        }
    }

    private static void MergeList(ConfigField field, ConfigValue parent, ConfigValue child, ConfigValue result, ChildPlaces places)
    {
        var parentKeys = new HashSet<string>(StringComparer.Ordinal);
        bool fromParent = false, fromChild = false;
        foreach (var item in parent.Items)
        {
            var key = item.Type.KeyOf(item);
            parentKeys.Add(key);
            if (places.Find(field, key) is not { } place)
            {
                Copy(item, result.AddItem(), isOptional: false);
                fromParent = true;
            }
            else if (place.List == field.Name)
            {
                fromParent = fromChild = true;
                var merged = result.AddItem();
                if (item.Type.Kind == ConfigKind.Object)
                {
                    MergeObject(item, place.Item, merged);
                    merged.Origin = place.Item.Origin ?? item.Origin;
                }
                else
                {
                    Copy(place.Item, merged, isOptional: false);
                }
            }
        }
        foreach (var item in child.Items)
        {
            if (!parentKeys.Contains(item.Type.KeyOf(item)))
            {
                Copy(item, result.AddItem(), isOptional: false);
                fromChild = true;
            }
        }
        result.Origin = (fromChild ? child.Origin : null) ?? (fromParent ? parent.Origin : null);
    }

    private static void Append(List<ConfigValue> items, ConfigValue result)
    {
        foreach (var item in items)
        {
            Copy(item, result.AddItem(), isOptional: false);
        }
    }

    /// <summary>Copies a value; whether it holds anything, and with it its place.</summary>
    private static bool Copy(ConfigValue from, ConfigValue to, bool isOptional)
    {
        to.SetScalar(from);
        var hasContent = false;
        if (from.Type.Kind == ConfigKind.List)
        {
            foreach (var item in from.Items)
            {
                hasContent |= Copy(item, to.AddItem(), isOptional: false);
            }
        }
        else if (from.Type.Kind == ConfigKind.Object)
        {
            foreach (var (field, child) in from.Present)
            {
                hasContent |= Copy(child, to[field.Name], field.IsOptional);
            }
        }
        else
        {
            hasContent = !from.IsZero(isOptional);
        }
        to.Origin = hasContent ? from.Origin : null;
        return hasContent;
    }

    /// <summary>The child's entries by key, over all lists of a group; the last of the same key counts.</summary>
    private sealed class ChildPlaces
    {
        private readonly Dictionary<(string Group, string Key), (ConfigValue Item, string List)> places = [];

        public ChildPlaces(ConfigValue child)
        {
            foreach (var field in child.Type.Fields.Where(field => field.DuplicateGroup is not null))
            {
                foreach (var item in child[field.Name].Items)
                {
                    places[(field.DuplicateGroup!, item.Type.KeyOf(item))] = (item, field.Name);
                }
            }
        }

        public (ConfigValue Item, string List)? Find(ConfigField field, string key) =>
            places.TryGetValue((field.DuplicateGroup!, key), out var place) ? place : null;
    }
}
