using XenKube.Files;

namespace XenKube.Hosting;

/// <summary>The group as which nginx' workers read the files that they serve.</summary>
internal static class NginxGroup
{
    /// <summary>The number of the group, by the line <c>user</c> of nginx.conf and the host's lists of users and groups.</summary>
    /// <param name="tree">The host.</param>
    /// <returns>The number; null where there is no nginx, or the file does not say as whom it works.</returns>
    public static uint? Of(HostTree tree)
    {
        try
        {
            foreach (var line in (tree.TryReadConfiguration("/etc/nginx/nginx.conf") ?? "").Split('\n'))
            {
                // Syntax: user NAME [GROUP]; without a group it is the one called like the user (ngx_core_module).
                var words = line.Split('#')[0].Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
                if (words is ["user", ..] && line.Contains(';', StringComparison.Ordinal))
                {
                    var names = string.Join(' ', words[1..]).Split(';')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    return names.Length == 0 ? null : GroupId(tree, names[^1]);
                }
            }
        }
        catch (XenKubeException)
        {
            // Not ours to read: nobody but the owner then reads secrets.
        }
        return null;
    }

    /// <summary>The third field of a group's line, group(5).</summary>
    private static uint? GroupId(HostTree tree, string name)
    {
        foreach (var line in (tree.TryReadConfiguration("/etc/group") ?? "").Split('\n'))
        {
            if (line.Split(':') is [var group, _, var id, ..] && group == name && uint.TryParse(id, out var number))
            {
                return number;
            }
        }
        return null;
    }
}
