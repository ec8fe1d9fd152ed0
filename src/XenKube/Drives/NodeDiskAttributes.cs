using System.Globalization;
using System.Management.Automation;
using XenKube.FileSystems;

namespace XenKube.Commands.Drives;

/// <summary>Reads owners and modes as they are typed.</summary>
internal static class NodeDiskAttributes
{
    /// <summary>Reads the parameters -Owner and -Mode.</summary>
    /// <returns>What they change; null where neither is given.</returns>
    public static FileAttributesChange? Parse(string? owner, string? mode)
    {
        if (owner is null && mode is null)
        {
            return null;
        }
        var (user, group) = owner is null ? (null, null) : Owner(owner);
        return new FileAttributesChange(mode is null ? null : Mode(mode), user, group);
    }

    /// <summary>Reads <c>500:500</c>.</summary>
    public static (long? User, long? Group) Owner(string text) => FileOwner.TryParse(text, out var user, out var group) ? (user, group)
        : throw new InvalidInputException(ErrorIds.OwnerInvalid, null, null,
            $"'{text}' is not a user number, nor a user and a group number like 500:500");

    /// <summary>Reads <c>0600</c>, <c>-rw-------</c>, or the permissions of .NET.</summary>
    public static int Mode(object? value) => value switch
    {
        UnixFileMode permissions => (int)permissions,
        // 0600 that is typed without quotes is the number 600: the digits are meant as chmod(1) takes them.
        _ when FileModeText.TryParse(Convert.ToString(value, CultureInfo.InvariantCulture), out var mode) => mode,
        _ => throw new InvalidInputException(ErrorIds.ModeInvalid, null, null,
            $"'{value}' is neither an octal mode between 0 and 7777 nor one like -rw-r--r--"),
    };

    /// <summary>The changes that properties of an item ask for.</summary>
    public static FileAttributesChange FromProperties(PSObject properties)
    {
        var change = new FileAttributesChange();
        foreach (var property in properties.Properties)
        {
            var value = property.Value is PSObject wrapped ? wrapped.BaseObject : property.Value;
            change = property.Name.ToUpperInvariant() switch
            {
                "MODE" or "UNIXFILEMODE" => change with { Mode = Mode(value) },
                "OWNER" => Owner(Convert.ToString(value, CultureInfo.InvariantCulture)!) is var (user, group)
                    ? change with { UserId = user ?? change.UserId, GroupId = group ?? change.GroupId } : change,
                "USERID" => change with { UserId = Owner(Convert.ToString(value, CultureInfo.InvariantCulture)!).User },
                "GROUPID" => change with { GroupId = Owner(Convert.ToString(value, CultureInfo.InvariantCulture)!).User },
                "LASTWRITETIME" => change with { TimeUtc = Time(value).ToUniversalTime() },
                "LASTWRITETIMEUTC" => change with { TimeUtc = DateTime.SpecifyKind(Time(value), DateTimeKind.Utc) },
                _ => throw new InvalidInputException(
                    ErrorIds.PropertyInvalid, null, null, $"'{property.Name}' is not a property that can be set",
                    "Set Mode, UnixFileMode, Owner, UserId, GroupId, LastWriteTime or LastWriteTimeUtc"),
            };
        }
        return change;
    }

    private static DateTime Time(object? value)
    {
        try
        {
            return LanguagePrimitives.ConvertTo<DateTime>(value);
        }
        catch (PSInvalidCastException e)
        {
            throw new InvalidInputException(ErrorIds.PropertyInvalid, null, null, $"'{value}' is not a date",
                "Give a date, as Get-Date returns it", e);
        }
    }
}
