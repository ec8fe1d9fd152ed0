using XenKube.Ignition.Model;
using XenKube.Ignition.Syntax;

namespace XenKube.Ignition.Butane;

/// <summary>What objects of a document have beyond the config's: contents given in place or in local files.</summary>
internal static class ButaneCompletions
{
    /// <summary>The contents of a file where there are no local files yet.</summary>
    public static void Contents(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        if (from["inline"].IsSet)
        {
            to["source"].Set(DataUrl.Encode(ByteText.ToBytes(from["inline"].Text))).Origin = path.Field("inline");
        }
    }

    /// <summary>Something that can be read from a local file or given in place.</summary>
    public static void Resource(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        var name = from["local"].IsSet ? "local" : "inline";
        var contents = from["local"].IsSet ? Read(from["local"].Text, path.Field(name), translation)
            : from["inline"].IsSet ? ByteText.ToBytes(from["inline"].Text)
            : null;
        if (contents is not null)
        {
            ResourceUrl.Set(to, contents, path.Field(name), translation.PacksContents);
        }
    }

    /// <summary>A unit or drop-in whose contents can be in a local file.</summary>
    public static void LocalContents(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        if (from["contents_local"].HasText && Read(from["contents_local"].Text, path.Field("contents_local"), translation) is { } contents)
        {
            to["contents"].Set(ByteText.FromBytes(contents)).Origin = path.Field("contents_local");
        }
    }

    /// <summary>A user whose keys can be in local files.</summary>
    public static void User(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation)
    {
        var local = from["ssh_authorized_keys_local"].Items;
        if (local.Count == 0)
        {
            return;
        }
        var place = path.Field("ssh_authorized_keys_local");
        var keys = to["sshAuthorizedKeys"];
        keys.Origin = place;
        if (!translation.Files.Exists)
        {
            translation.Error(place, LocalFiles.ButaneMissing);
            return;
        }
        for (var i = 0; i < local.Count; i++)
        {
            if (Read(local[i].Text, place.Item(i), translation) is not { } contents)
            {
                continue;
            }
            foreach (var line in ByteText.FromBytes(contents).Replace("\r\n", "\n", StringComparison.Ordinal).Split('\n'))
            {
                if (line.Length > 0)
                {
                    keys.AddItem().Set(line).Origin = place.Item(i);
                }
            }
        }
    }

    private static byte[]? Read(string name, ConfigPath place, FieldTranslation translation)
    {
        var contents = translation.Files.Read(name, out var error);
        translation.Error(place, error);
        return contents;
    }
}
