using System.Buffers.Binary;

namespace XenKube.FileSystems.Fat;

/// <summary>Times of FAT: from 1980 to 2107, in steps of two seconds, without a time zone; here they are UTC.</summary>
internal static class FatTime
{
    private static readonly DateTime First = new(1980, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly DateTime Last = new(2107, 12, 31, 23, 59, 58, DateTimeKind.Utc);

    /// <summary>The time in two words; 1980-01-01 where they hold no possible one.</summary>
    public static DateTime Read(ushort date, ushort time)
    {
        var (year, month, day) = (1980 + (date >> 9), date >> 5 & 15, date & 31);
        var (hour, minute, second) = (time >> 11, time >> 5 & 63, (time & 31) * 2);
        return month is 0 or > 12 || day == 0 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59 || second > 59
            ? First
            : new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc);
    }

    /// <summary>The words for a time, brought into the range that there is.</summary>
    public static (ushort Date, ushort Time) ToWords(DateTime time)
    {
        var utc = time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time;
        utc = utc < First ? First : utc > Last ? Last : utc;
        return ((ushort)(utc.Year - 1980 << 9 | utc.Month << 5 | utc.Day), (ushort)(utc.Hour << 11 | utc.Minute << 5 | utc.Second / 2));
    }

    /// <summary>Time of the last change of the content.</summary>
    public static DateTime GetModified(ReadOnlySpan<byte> slot) =>
        Read(BinaryPrimitives.ReadUInt16LittleEndian(slot[24..]), BinaryPrimitives.ReadUInt16LittleEndian(slot[22..]));

    /// <summary>Sets the times of change and access, and for something new that of creation.</summary>
    public static void Set(Span<byte> slot, DateTime value, bool isNew)
    {
        var (date, time) = ToWords(value);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[22..], time);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[24..], date);
        BinaryPrimitives.WriteUInt16LittleEndian(slot[18..], date);
        if (isNew)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(slot[14..], time);
            BinaryPrimitives.WriteUInt16LittleEndian(slot[16..], date);
            slot[13] = (byte)(value.Second % 2 * 100 + value.Millisecond / 10);
        }
    }
}
