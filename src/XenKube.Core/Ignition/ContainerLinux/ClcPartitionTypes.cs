namespace XenKube.Ignition.ContainerLinux;

/// <summary>ct's names of types of partitions.</summary>
internal static class ClcPartitionTypes
{
    /// <summary>The GUID of a name; anything else stays as it is.</summary>
    public static string Find(string name) => name switch
    {
        "raid_containing_root" => "be9067b9-ea49-4f15-b4f6-f36f8c9e1818",
        "linux_filesystem_data" => "0fc63daf-8483-4772-8e79-3d69d8477de4",
        "swap_partition" => "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f",
        "raid_partition" => "a19d880f-05fc-4d3b-a006-743f0f84911e",
        _ => name,
    };
}
