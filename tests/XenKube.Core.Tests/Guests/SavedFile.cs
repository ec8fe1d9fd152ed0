using System.Text;

namespace XenKube.Tests.Guests;

/// <summary>The beginning of a file that xl save makes (struct save_file_header in tools/xl/xl.h), with the configuration in JSON.</summary>
internal static class SavedFile
{
    /// <summary>The bytes of a file.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="flags">Mandatory flags: 1 for JSON, 2 for the second version of the stream.</param>
    public static byte[] Of(string config, uint flags = 3)
    {
        var text = Encoding.UTF8.GetBytes(config + "\0");
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write("Xen saved domain, xl format\n \0 \r"u8);
        writer.Write(0x01020304u);
        writer.Write(flags);
        writer.Write(0u);
        writer.Write((uint)(4 + text.Length));
        writer.Write((uint)text.Length);
        writer.Write(text);
        writer.Write("LibxlFmt and the memory"u8);
        return file.ToArray();
    }

    /// <summary>The configuration of a guest, as xl writes it.</summary>
    public static string Config(string name, string disk) =>
        $$"""{ "c_info": { "type": "pv", "name": "{{name}}", "uuid": "63542504-c7f9-44b4-83a0-05921147d8ff" }, "b_info": { "max_vcpus": 1 }, "disks": [ { "pdev_path": "{{disk}}", "vdev": "xvda", "format": "raw", "readwrite": 1 } ], "nics": [ { "devid": 0, "mac": "00:16:3e:4e:31:11" } ] }""";
}
